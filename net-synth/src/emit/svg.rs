//! SVG diagrams, which every browser draws, and draws the same.

mod layout;
mod order;
mod part;
mod shape;
mod text;

use super::diagram::{Arrow, Diagram, colour};
use layout::{Layout, Point, layout};
use net_dsl::Network;
use net_dsl::entity::Shape;
use part::{Line, Node, Size};
use shape::{Draw as _, HEIGHT};
use std::fmt::{self, Write};
use text::{escaped, lines, width};

/// The network as a picture: a colour for each brick, white what bricks share, a shape for each kind,
/// each arrow labelled with its verbs, and a legend.
///
/// Dashed arrows fetch or keep data; solid ones start something. Nothing lies on anything else, and
/// texts keep their width whatever fonts there are. Equal networks give equal bytes. The parts of a
/// network that no link connects are drawn each by itself.
///
/// O(n log n) in entities, links and the layers that links cross.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # contract! { pub Task: Tick => () {} }
/// # let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
/// # let task = Function::<Task>::builder().name(name!("task")).build();
/// let network = Network::from(clock.triggers(&task));
/// let picture = net_synth::emit::svg(&network);
/// assert!(picture.starts_with("<svg ") && picture.contains(">clock</text>"));
/// ```
pub fn svg(network: &Network) -> String {
    let mut out = String::new();
    // Writing into a string does not fail.
    let _ = write(&mut out, &Picture::new(&Diagram::new(network)));
    out
}

const ENTITY_FONT: f64 = 13.0;
const LABEL_FONT: f64 = 11.0;
const LABEL_LINE: f64 = 14.0;
/// A label's line is broken where it would be longer.
const LABEL_WIDTH: f64 = 110.0;
const MARGIN: f64 = 24.0;
/// Between parts that no link connects.
const BETWEEN: f64 = 56.0;
/// The narrowest picture that has room for a legend.
const NARROWEST: f64 = 620.0;
/// Between the arrows at one side of a box, at the least.
const CROWDED: f64 = 8.0;
/// How far to the right an arrow goes that comes back to where it started.
const LOOP: f64 = 34.0;

/// Everything with its place.
struct Picture<'d> {
    entities: Vec<Entity<'d>>,
    arrows: Vec<Drawn<'d>>,
    legend: Vec<Entry<'d>>,
    size: Size,
}

struct Entity<'d> {
    name: &'d str,
    kind: &'static str,
    bricks: String,
    shape: Shape,
    fill: String,
    stroke: String,
    width: f64,
    middle: Point,
}

struct Drawn<'d> {
    arrow: &'d Arrow,
    /// From start to end, two points at a time: a curve to the first, straight to the second.
    points: Vec<(Point, Point)>,
    label: Vec<String>,
    at: Point,
}

struct Entry<'d> {
    text: &'d str,
    sample: Sample,
    at: Point,
}

enum Sample {
    Brick(String, String),
    Kind(Shape),
    Arrow(bool),
}

impl<'d> Picture<'d> {
    fn new(diagram: &'d Diagram<'_>) -> Picture<'d> {
        let mut entities = entities(diagram);
        let mut arrows: Vec<Drawn<'d>> = diagram
            .arrows
            .iter()
            .map(|arrow| Drawn {
                arrow,
                points: Vec::new(),
                label: lines(&arrow.label, LABEL_FONT, LABEL_WIDTH),
                at: Point::default(),
            })
            .collect();
        let parts: Vec<(Part, Layout)> = parts(entities.len(), &diagram.arrows)
            .into_iter()
            .map(|part| {
                let layout = part.layout(&entities, &arrows);
                (part, layout)
            })
            .collect();
        let sizes: Vec<Size> = parts.iter().map(|(_, layout)| layout.size).collect();
        let (corners, used, down) = pack(&sizes);
        let across = used.max(NARROWEST);
        let left = MARGIN + (across - used) / 2.0;
        let (legend, height) = legend(diagram, &entities, across);
        let top = MARGIN + height;
        for ((part, layout), corner) in parts.iter().zip(corners) {
            let corner = Point { x: corner.x + left, y: corner.y + top };
            part.place(layout, corner, &mut entities, &mut arrows);
        }
        let size = Size { width: across + 2.0 * MARGIN, height: top + down + MARGIN };
        Picture { entities, arrows, legend, size }
    }
}

fn entities<'d>(diagram: &'d Diagram<'_>) -> Vec<Entity<'d>> {
    let nodes = diagram.graph.nodes();
    let mut colours = vec![None; nodes.len()];
    for (number, (_, members)) in diagram.bricks.iter().enumerate() {
        for member in members {
            colours[*member] = Some(colour(number));
        }
    }
    let mut ends = vec![[0_usize; 2]; nodes.len()];
    for arrow in &diagram.arrows {
        ends[arrow.from][0] += 1;
        ends[arrow.to][1] += 1;
    }
    nodes
        .iter()
        .zip(colours)
        .zip(ends)
        .map(|((node, colour), [out, into])| {
            let (kind, shape) = shape::of(node.kind);
            let (fill, stroke) =
                colour.unwrap_or_else(|| ("#ffffff".to_owned(), "#000000".to_owned()));
            let text = shape.width(width(node.id.as_str(), ENTITY_FONT));
            let beside = text - shape.flat(text);
            let bricks: Vec<_> = node.facts.bricks().iter().map(|brick| brick.as_str()).collect();
            Entity {
                name: node.id.as_str(),
                kind,
                bricks: bricks.join(", "),
                shape,
                fill,
                stroke,
                width: text.max(beside + CROWDED * out.max(into) as f64),
                middle: Point::default(),
            }
        })
        .collect()
}

/// Entities that links connect, and the arrows between them.
struct Part {
    entities: Vec<usize>,
    arrows: Vec<usize>,
}

/// The connected parts, in the order of their first entities.
fn parts(entities: usize, arrows: &[Arrow]) -> Vec<Part> {
    let mut leader: Vec<usize> = (0..entities).collect();
    fn find(leader: &mut [usize], mut at: usize) -> usize {
        while leader[at] != at {
            leader[at] = leader[leader[at]];
            at = leader[at];
        }
        at
    }
    for arrow in arrows {
        let (a, b) = (find(&mut leader, arrow.from), find(&mut leader, arrow.to));
        leader[a.max(b)] = a.min(b);
    }
    let mut number = vec![usize::MAX; entities];
    let mut parts: Vec<Part> = Vec::new();
    for entity in 0..entities {
        let first = find(&mut leader, entity);
        if number[first] == usize::MAX {
            number[first] = parts.len();
            parts.push(Part { entities: Vec::new(), arrows: Vec::new() });
        }
        parts[number[first]].entities.push(entity);
    }
    for (index, arrow) in arrows.iter().enumerate() {
        let first = find(&mut leader, arrow.from);
        parts[number[first]].arrows.push(index);
    }
    parts
}

fn label_size(label: &[String]) -> Size {
    let longest = label.iter().map(|line| width(line, LABEL_FONT)).fold(0.0, f64::max);
    Size { width: longest + 8.0, height: label.len() as f64 * LABEL_LINE + 4.0 }
}

impl Part {
    fn layout(&self, entities: &[Entity<'_>], arrows: &[Drawn<'_>]) -> Layout {
        let place = |entity: usize| self.entities.binary_search(&entity).unwrap_or_default();
        let mut boxes: Vec<Node> = self
            .entities
            .iter()
            .map(|&entity| {
                let Entity { width, shape, .. } = entities[entity];
                Node { size: Size { width, height: HEIGHT }, flat: shape.flat(width) }
            })
            .collect();
        let mut lines = Vec::new();
        for drawn in self.arrows.iter().map(|arrow| &arrows[*arrow]) {
            let (from, to) = (place(drawn.arrow.from), place(drawn.arrow.to));
            let label = label_size(&drawn.label);
            if from == to {
                // On both sides, so that the box stays in the middle of its slot.
                boxes[from].size.width += 2.0 * (LOOP + label.width);
                boxes[from].size.height = boxes[from].size.height.max(label.height);
            } else {
                lines.push(Line { from, to, label });
            }
        }
        layout(&boxes, &lines)
    }

    fn place(
        &self,
        layout: &Layout,
        corner: Point,
        entities: &mut [Entity<'_>],
        arrows: &mut [Drawn<'_>],
    ) {
        let moved = |point: Point| Point { x: point.x + corner.x, y: point.y + corner.y };
        for (&entity, middle) in self.entities.iter().zip(&layout.boxes) {
            entities[entity].middle = moved(*middle);
        }
        let mut routes = layout.routes.iter();
        for &number in &self.arrows {
            let drawn = &mut arrows[number];
            let (from, to) = (&entities[drawn.arrow.from], &entities[drawn.arrow.to]);
            if drawn.arrow.from == drawn.arrow.to {
                drawn.at = Point {
                    x: from.middle.x
                        + from.width / 2.0
                        + LOOP
                        + label_size(&drawn.label).width / 2.0,
                    y: from.middle.y,
                };
                continue;
            }
            let Some(route) = routes.next() else { continue };
            drawn.at = moved(route.label);
            drawn.points = route.slots.iter().map(|(a, b)| (moved(*a), moved(*b))).collect();
            // Round shapes begin lower than the highest point.
            let (top, bottom) = if route.upward { (to, from) } else { (from, to) };
            let last = drawn.points.len() - 1;
            for (at, entity, side) in [(0, top, 1.0), (last, bottom, -1.0)] {
                let x = drawn.points[at].0.x;
                let inset = entity.shape.inset(entity.width, x - entity.middle.x);
                let y = entity.middle.y + side * (HEIGHT / 2.0 - inset);
                drawn.points[at] = (Point { x, y }, Point { x, y });
            }
            if route.upward {
                drawn.points.reverse();
                for (a, b) in &mut drawn.points {
                    std::mem::swap(a, b);
                }
            }
        }
    }
}

/// Places parts in rows, the high ones first, about as wide as a screen is to its height: the upper left
/// corner of each, and how wide and high they are together.
fn pack(sizes: &[Size]) -> (Vec<Point>, f64, f64) {
    let area: f64 = sizes.iter().map(|size| (size.width + BETWEEN) * (size.height + BETWEEN)).sum();
    let widest = sizes.iter().map(|size| size.width).fold(0.0, f64::max);
    let limit = widest.max((area * 1.6).sqrt());
    let mut sorted: Vec<usize> = (0..sizes.len()).collect();
    // Parts of about the same height stay in the order of their names.
    let steps = |part: usize| (sizes[part].height / 100.0).floor();
    sorted.sort_by(|a, b| steps(*b).total_cmp(&steps(*a)).then(a.cmp(b)));
    let mut corners = vec![Point::default(); sizes.len()];
    let (mut x, mut y, mut row, mut across) = (0.0, 0.0, 0.0_f64, 0.0_f64);
    for part in sorted {
        let Size { width, height } = sizes[part];
        if x > 0.0 && x + width > limit {
            y += row + BETWEEN;
            (x, row) = (0.0, 0.0);
        }
        corners[part] = Point { x, y };
        across = across.max(x + width);
        x += width + BETWEEN;
        row = row.max(height);
    }
    (corners, across, y + row)
}

const SAMPLE: f64 = 28.0;
const ENTRY: f64 = 22.0;

/// What colours, shapes and arrows mean, in rows no longer than the picture is wide.
fn legend<'d>(
    diagram: &'d Diagram<'_>,
    entities: &[Entity<'_>],
    across: f64,
) -> (Vec<Entry<'d>>, f64) {
    let bricks = diagram.bricks.iter().enumerate().filter(|(_, (_, own))| !own.is_empty()).map(
        |(number, (brick, _))| {
            let (fill, stroke) = colour(number);
            (brick.as_str(), Sample::Brick(fill, stroke))
        },
    );
    let shared = (!diagram.shared.is_empty())
        .then(|| ("shared", Sample::Brick("#ffffff".to_owned(), "#000000".to_owned())));
    let kinds = shape::legend()
        .filter(|(name, _)| entities.iter().any(|entity| entity.kind == *name))
        .map(|(name, shape)| (name, Sample::Kind(shape)));
    let has = |at_rest| diagram.arrows.iter().any(|arrow| arrow.at_rest == at_rest);
    let arrows = [(false, "starts something"), (true, "fetches or keeps data")]
        .into_iter()
        .filter(|(at_rest, _)| has(*at_rest))
        .map(|(at_rest, text)| (text, Sample::Arrow(at_rest)));
    let groups: [Vec<(&str, Sample)>; 2] =
        [bricks.chain(shared).collect(), kinds.chain(arrows).collect()];

    let mut entries = Vec::new();
    let mut y = MARGIN;
    for group in groups.into_iter().filter(|group| !group.is_empty()) {
        let mut x = 0.0;
        for (text, sample) in group {
            let length = SAMPLE + 6.0 + width(text, LABEL_FONT) + 18.0;
            if x > 0.0 && x + length > across {
                y += ENTRY;
                x = 0.0;
            }
            entries.push(Entry { text, sample, at: Point { x: x + MARGIN, y: y + ENTRY / 2.0 } });
            x += length;
        }
        y += ENTRY;
    }
    let height = if entries.is_empty() { 0.0 } else { y - MARGIN + 20.0 };
    (entries, height)
}

fn write(out: &mut String, picture: &Picture<'_>) -> fmt::Result {
    let Size { width, height } = picture.size;
    writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" font-family="Helvetica, Arial, 'Liberation Sans', sans-serif" text-anchor="middle" role="img">"##
    )?;
    writeln!(out, "<title>A serverless network</title>")?;
    writeln!(
        out,
        r##"<defs><marker id="arrow" viewBox="0 0 10 10" refX="9.5" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 1L10 5L0 9z" fill="#444"/></marker></defs>"##
    )?;
    writeln!(out, r##"<rect width="{width:.0}" height="{height:.0}" fill="#fff"/>"##)?;
    for entry in &picture.legend {
        write_entry(out, entry)?;
    }
    for drawn in &picture.arrows {
        write_line(out, drawn, &picture.entities)?;
    }
    for drawn in &picture.arrows {
        write_label(out, drawn)?;
    }
    for entity in &picture.entities {
        write_entity(out, entity)?;
    }
    writeln!(out, "</svg>")
}

/// A text that is as long as was reckoned, whatever the font.
fn write_text(out: &mut String, text: &str, size: f64, middle: Point, fill: &str) -> fmt::Result {
    writeln!(
        out,
        r#"<text x="{:.1}" y="{:.1}" font-size="{size:.0}" textLength="{:.1}" lengthAdjust="spacingAndGlyphs" fill="{fill}">{}</text>"#,
        middle.x,
        // From the middle of the letters to the line they stand on.
        middle.y + size * 0.35,
        width(text, size),
        escaped(text)
    )
}

fn write_entity(out: &mut String, entity: &Entity<'_>) -> fmt::Result {
    let Entity { middle, shape, .. } = entity;
    let width = if entity.stroke == "#000000" { 2.0 } else { 1.5 };
    write!(
        out,
        r#"<g class="entity" fill="{}" stroke="{}" stroke-width="{width}"><title>{} {}"#,
        entity.fill,
        entity.stroke,
        entity.kind,
        escaped(entity.name),
    )?;
    let of = if entity.bricks.is_empty() { "" } else { ": " };
    writeln!(out, "{of}{}</title>", escaped(&entity.bricks))?;
    shape.draw(out, *middle, entity.width, HEIGHT)?;
    writeln!(out, "</g>")?;
    let text = shape.text();
    let at = Point { x: middle.x + text.x, y: middle.y + text.y };
    write_text(out, entity.name, ENTITY_FONT, at, "#000")
}

fn dashes(at_rest: bool) -> &'static str {
    if at_rest { r#" stroke-dasharray="4 3""# } else { "" }
}

fn write_line(out: &mut String, drawn: &Drawn<'_>, entities: &[Entity<'_>]) -> fmt::Result {
    write!(out, r#"<path class="link" d=""#)?;
    let (from, to) = (&entities[drawn.arrow.from], &entities[drawn.arrow.to]);
    match drawn.points.split_first() {
        Some(((_, start), rest)) => {
            write!(out, "M{:.1} {:.1}", start.x, start.y)?;
            let mut at = *start;
            for (to, end) in rest {
                let half = (at.y + to.y) / 2.0;
                write!(
                    out,
                    "C{:.1} {half:.1} {:.1} {half:.1} {:.1} {:.1}",
                    at.x, to.x, to.x, to.y
                )?;
                if to != end {
                    write!(out, "V{:.1}", end.y)?;
                }
                at = *end;
            }
        }
        None => {
            let (x, y) = (from.middle.x + from.width / 2.0, from.middle.y);
            write!(
                out,
                "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                x - 2.0,
                y - 7.0,
                x + LOOP,
                y - 20.0,
                x + LOOP,
                y + 20.0,
                x - 2.0,
                y + 7.0
            )?;
        }
    }
    writeln!(
        out,
        r##"" fill="none" stroke="#444" stroke-width="1.2"{} marker-end="url(#arrow)"><title>{} {} {}</title></path>"##,
        dashes(drawn.arrow.at_rest),
        escaped(from.name),
        escaped(&drawn.arrow.label),
        escaped(to.name),
    )
}

fn write_label(out: &mut String, drawn: &Drawn<'_>) -> fmt::Result {
    let Size { width, height } = label_size(&drawn.label);
    writeln!(
        out,
        r##"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" fill="#fff"/>"##,
        drawn.at.x - width / 2.0 + 2.0,
        drawn.at.y - height / 2.0 + 1.0,
        width - 4.0,
        height - 2.0
    )?;
    let first = drawn.at.y - (drawn.label.len() as f64 - 1.0) * LABEL_LINE / 2.0;
    for (number, line) in drawn.label.iter().enumerate() {
        let at = Point { x: drawn.at.x, y: first + number as f64 * LABEL_LINE };
        write_text(out, line, LABEL_FONT, at, "#444")?;
    }
    Ok(())
}

fn write_entry(out: &mut String, entry: &Entry<'_>) -> fmt::Result {
    let Point { x, y } = entry.at;
    let middle = Point { x: x + SAMPLE / 2.0, y };
    match &entry.sample {
        Sample::Brick(fill, stroke) => writeln!(
            out,
            r#"<rect x="{x:.1}" y="{:.1}" width="{SAMPLE}" height="14" rx="3" fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>"#,
            y - 7.0
        )?,
        Sample::Kind(shape) => {
            write!(out, r##"<g fill="#fff" stroke="#444" stroke-width="1.2">"##)?;
            shape.draw(out, middle, SAMPLE, 16.0)?;
            writeln!(out, "</g>")?;
        }
        Sample::Arrow(at_rest) => writeln!(
            out,
            r##"<path d="M{x:.1} {y:.1}H{:.1}" fill="none" stroke="#444" stroke-width="1.2"{} marker-end="url(#arrow)"/>"##,
            x + SAMPLE,
            dashes(*at_rest)
        )?,
    }
    let at = Point { x: x + SAMPLE + 6.0 + width(entry.text, LABEL_FONT) / 2.0, y };
    write_text(out, entry.text, LABEL_FONT, at, "#000")
}

//! A shape for each kind of entity.

use super::layout::Point;
use net_dsl::{Kind, entity::Shape};
use std::fmt::Write;

/// The height of every shape.
pub(super) const HEIGHT: f64 = 38.0;
/// How far slanted sides lean.
const SLANT: f64 = 14.0;
/// How high the lid of a cylinder is.
const LID: f64 = 6.0;

/// The word for each kind and its shape, in the order of the legend; the last is for what is not
/// declared.
pub(super) fn legend() -> impl Iterator<Item = (&'static str, Shape)> {
    Kind::ALL.iter().map(|kind| of(Some(*kind))).chain([of(None)])
}

/// The word for a kind and its shape.
pub(super) fn of(kind: Option<Kind>) -> (&'static str, Shape) {
    match kind.map(Kind::descriptor) {
        Some(descriptor) => (descriptor.word, descriptor.shape),
        None => ("not declared", Shape::Rectangle),
    }
}

/// A shape on paper.
pub(super) trait Draw: Copy {
    /// The width around a text of a width.
    fn width(self, text: f64) -> f64;

    /// How much of the upper and the lower side takes lines.
    fn flat(self, width: f64) -> f64;

    /// How far below the highest point the shape begins, and above the lowest it ends, this far from
    /// its middle.
    fn inset(self, width: f64, from_middle: f64) -> f64;

    /// Where the text's middle is, from the middle of the shape.
    fn text(self) -> Point;

    /// Draws it around a middle.
    fn draw(self, out: &mut String, middle: Point, width: f64, height: f64) -> std::fmt::Result;
}

impl Draw for Shape {
    fn width(self, text: f64) -> f64 {
        let beside = match self {
            Shape::Rectangle | Shape::Cylinder => 24.0,
            Shape::Bucket => 24.0 + SLANT,
            Shape::Bus => 40.0,
            Shape::Pill => 32.0,
            Shape::Slots => 40.0,
            Shape::NumberedSlots => 52.0,
            Shape::Flag => 24.0 + SLANT,
            Shape::Hexagon | Shape::Parallelogram | Shape::Trapezium => 20.0 + 2.0 * SLANT,
            Shape::Ellipse => return (text * 1.25 + 24.0).max(64.0),
        };
        (text + beside).max(64.0)
    }

    fn flat(self, width: f64) -> f64 {
        match self {
            Shape::Ellipse => width * 0.5,
            Shape::Flag | Shape::Hexagon | Shape::Parallelogram | Shape::Trapezium => {
                width - 2.0 * SLANT - 12.0
            }
            Shape::Pill
            | Shape::Slots
            | Shape::NumberedSlots
            | Shape::Cylinder
            | Shape::Bucket
            | Shape::Bus
            | Shape::Rectangle => width - 28.0,
        }
    }

    fn inset(self, width: f64, from_middle: f64) -> f64 {
        let round = |height: f64| {
            let part = (2.0 * from_middle / width).clamp(-1.0, 1.0);
            height * (1.0 - (1.0 - part * part).sqrt())
        };
        match self {
            Shape::Ellipse => round(HEIGHT / 2.0),
            Shape::Cylinder => round(LID),
            Shape::Pill
            | Shape::Slots
            | Shape::NumberedSlots
            | Shape::Flag
            | Shape::Bucket
            | Shape::Bus
            | Shape::Hexagon
            | Shape::Parallelogram
            | Shape::Trapezium
            | Shape::Rectangle => 0.0,
        }
    }

    fn text(self) -> Point {
        match self {
            Shape::Flag => Point { x: -SLANT / 2.0, y: 0.0 },
            Shape::Cylinder => Point { x: 0.0, y: LID / 2.0 },
            Shape::Pill
            | Shape::Slots
            | Shape::NumberedSlots
            | Shape::Bucket
            | Shape::Bus
            | Shape::Ellipse
            | Shape::Hexagon
            | Shape::Parallelogram
            | Shape::Trapezium
            | Shape::Rectangle => Point::default(),
        }
    }

    fn draw(self, out: &mut String, middle: Point, width: f64, height: f64) -> std::fmt::Result {
        let (left, right) = (middle.x - width / 2.0, middle.x + width / 2.0);
        let (top, bottom) = (middle.y - height / 2.0, middle.y + height / 2.0);
        let slant = SLANT * height / HEIGHT;
        let lid = LID * height / HEIGHT;
        let half = width / 2.0;
        let polygon = |out: &mut String, points: &[(f64, f64)]| {
            let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            write!(out, r#"<polygon points="{}"/>"#, points.join(" "))
        };
        let rectangle = |out: &mut String, round: f64| {
            write!(
                out,
                r#"<rect x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}" rx="{round:.1}"/>"#
            )
        };
        let bars = |out: &mut String, places: &[f64]| {
            let bars: String =
                places.iter().map(|x| format!("M{x:.1} {top:.1}V{bottom:.1}")).collect();
            write!(out, r#"<path d="{bars}"/>"#)
        };
        match self {
            Shape::Rectangle => rectangle(out, 0.0),
            Shape::Pill => rectangle(out, height / 2.0),
            Shape::Slots => {
                rectangle(out, 2.0)?;
                bars(out, &[left + slant / 2.0, right - slant / 2.0])
            }
            Shape::NumberedSlots => {
                rectangle(out, 2.0)?;
                let step = slant / 2.0;
                bars(out, &[left + step, left + 2.0 * step, right - 2.0 * step, right - step])
            }
            Shape::Flag => polygon(
                out,
                &[
                    (left, top),
                    (right - slant, top),
                    (right, middle.y),
                    (right - slant, bottom),
                    (left, bottom),
                ],
            ),
            Shape::Cylinder => {
                let (upper, lower) = (top + lid, bottom - lid);
                write!(
                    out,
                    r#"<path d="M{left:.1} {upper:.1}V{lower:.1}A{half:.1} {lid:.1} 0 0 0 {right:.1} {lower:.1}V{upper:.1}A{half:.1} {lid:.1} 0 0 0 {left:.1} {upper:.1}A{half:.1} {lid:.1} 0 0 0 {right:.1} {upper:.1}"/>"#
                )
            }
            Shape::Bucket => {
                let (lean, rim) = (slant / 2.0, top + lid);
                let corners =
                    [(left, top), (right, top), (right - lean, bottom), (left + lean, bottom)];
                polygon(out, &corners)?;
                let inside = lean * lid / height;
                write!(out, r#"<path d="M{:.1} {rim:.1}H{:.1}"/>"#, left + inside, right - inside)
            }
            Shape::Bus => {
                let inset = slant / 2.0;
                write!(
                    out,
                    r#"<rect x="{:.1}" y="{top:.1}" width="{:.1}" height="{height:.1}"/><path d="M{left:.1} {top:.1}H{right:.1}M{left:.1} {bottom:.1}H{right:.1}"/>"#,
                    left + inset,
                    width - slant
                )
            }
            Shape::Ellipse => write!(
                out,
                r#"<ellipse cx="{:.1}" cy="{:.1}" rx="{half:.1}" ry="{:.1}"/>"#,
                middle.x,
                middle.y,
                height / 2.0
            ),
            Shape::Hexagon => polygon(
                out,
                &[
                    (left + slant, top),
                    (right - slant, top),
                    (right, middle.y),
                    (right - slant, bottom),
                    (left + slant, bottom),
                    (left, middle.y),
                ],
            ),
            Shape::Parallelogram => polygon(
                out,
                &[(left + slant, top), (right, top), (right - slant, bottom), (left, bottom)],
            ),
            Shape::Trapezium => polygon(
                out,
                &[(left, top), (right, top), (right - slant, bottom), (left + slant, bottom)],
            ),
        }
    }
}

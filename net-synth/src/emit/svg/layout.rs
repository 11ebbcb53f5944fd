//! Where everything goes: layers from top to bottom, in which every entity, every label and every line
//! that passes has a slot of its own. So nothing lies on anything else.
//!
//! The method is Sugiyama's: break circles, layer, order by medians, place by least squares.

use super::{
    order,
    part::{Line, Node, Size},
};

/// A drawing, measured.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The middle of each box.
    pub(super) boxes: Vec<Point>,
    pub(super) routes: Vec<Route>,
    pub(super) size: Size,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// How a line runs: vertically through slots, with a curve between one and the next.
#[derive(Debug, Default)]
pub(super) struct Route {
    /// From top to bottom; the line enters at the first point and leaves at the second.
    pub(super) slots: Vec<(Point, Point)>,
    /// Whether the line runs from bottom to top.
    pub(super) upward: bool,
    /// The middle of the label.
    pub(super) label: Point,
}

/// Between neighbours in a layer.
const APART: f64 = 16.0;
/// Between layers, where the curves are.
const GAP: f64 = 20.0;
const WIDEST_GAP: f64 = 56.0;
/// Slots of lines that pass, at the most. With more, nobody could follow a line, and lines run straight
/// from their label to their end, over whatever is there.
const PASSING: usize = 100_000;

/// What lies in a slot.
#[derive(Clone, Copy, Debug)]
struct Slot {
    size: Size,
    /// A line pulls harder where it passes than where it starts: bends are worse than slopes.
    weight: f64,
}

/// Lays out one connected part: boxes of these sizes and the lines between them, none from a box to
/// itself.
pub(super) fn layout(boxes: &[Node], lines: &[Line]) -> Layout {
    let upward = order::against_the_stream(boxes.len(), lines);
    let ends: Vec<(usize, usize)> = lines
        .iter()
        .zip(&upward)
        .map(|(line, upward)| if *upward { (line.to, line.from) } else { (line.from, line.to) })
        .collect();
    let ranks = order::ranks(boxes.len(), &ends);

    // Boxes are in even layers, labels in the odd one below the line's upper end.
    let mut slots: Vec<Slot> =
        boxes.iter().map(|one| Slot { size: one.size, weight: 1.0 }).collect();
    let depth = ranks.iter().max().map_or(0, |rank| rank * 2 + 1);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); depth];
    for (number, rank) in ranks.iter().enumerate() {
        layers[rank * 2].push(number);
    }
    let passing: usize =
        ends.iter().map(|(top, bottom)| (ranks[*bottom] - ranks[*top]) * 2 - 2).sum();
    let mut chains: Vec<Vec<usize>> = Vec::with_capacity(lines.len());
    for (line, (top, bottom)) in lines.iter().zip(&ends) {
        let start = ranks[*top] * 2 + 1;
        let end = if passing > PASSING { start + 1 } else { ranks[*bottom] * 2 };
        let mut chain = vec![*top];
        for (layer, members) in layers.iter_mut().enumerate().take(end).skip(start) {
            let size = if layer == start { line.label } else { Size::default() };
            members.push(slots.len());
            chain.push(slots.len());
            slots.push(Slot { size, weight: 4.0 });
        }
        chain.push(*bottom);
        chains.push(chain);
    }
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); slots.len()];
    let mut below = above.clone();
    for chain in &chains {
        for pair in chain.windows(2) {
            below[pair[0]].push(pair[1]);
            above[pair[1]].push(pair[0]);
        }
    }

    order::uncross(&mut layers, &above, &below);
    let mut across = place(&slots, &layers, &above, &below);
    straighten(&slots, &layers, &chains, &mut across);
    measure(&slots, &layers, &chains, &upward, &across, boxes)
}

/// The middle of each slot, from left to right: as near to what it is linked to as its neighbours allow.
fn place(
    slots: &[Slot],
    layers: &[Vec<usize>],
    above: &[Vec<usize>],
    below: &[Vec<usize>],
) -> Vec<f64> {
    let mut across = vec![0.0; slots.len()];
    for layer in layers {
        let mut edge = 0.0;
        for &slot in layer {
            across[slot] = edge + slots[slot].size.width / 2.0;
            edge += slots[slot].size.width + APART;
        }
    }
    let sweeps = if slots.len() > 20_000 { 4 } else { 24 };
    for sweep in 0..sweeps {
        let down = sweep % 2 == 0;
        let last = sweep + 2 >= sweeps;
        let mut indices: Vec<usize> = (0..layers.len()).collect();
        if !down {
            indices.reverse();
        }
        for index in indices {
            let layer = &layers[index];
            let wanted: Vec<f64> = layer
                .iter()
                .map(|&slot| {
                    let sides: [&[usize]; 2] = match (down, last) {
                        (_, true) => [&above[slot], &below[slot]],
                        (true, false) => [&above[slot], &[]],
                        (false, false) => [&below[slot], &[]],
                    };
                    mean(
                        sides
                            .into_iter()
                            .flatten()
                            .map(|&other| (across[other], slots[other].weight)),
                    )
                    .unwrap_or(across[slot])
                })
                .collect();
            settle(layer, slots, &wanted, &mut across);
        }
    }
    across
}

/// Makes lines run straight as far as their neighbours leave room, and everything start at zero.
fn straighten(slots: &[Slot], layers: &[Vec<usize>], chains: &[Vec<usize>], across: &mut [f64]) {
    let mut neighbours = vec![(None, None); slots.len()];
    for layer in layers {
        for pair in layer.windows(2) {
            neighbours[pair[0]].1 = Some(pair[1]);
            neighbours[pair[1]].0 = Some(pair[0]);
        }
    }
    let room = |slot: usize, across: &[f64]| {
        let apart = |other: usize| (slots[slot].size.width + slots[other].size.width) / 2.0 + APART;
        let (left, right) = neighbours[slot];
        let from = left.map_or(f64::NEG_INFINITY, |left| across[left] + apart(left));
        let to = right.map_or(f64::INFINITY, |right| across[right] - apart(right));
        (from, to)
    };
    for _ in 0..2 {
        for chain in chains {
            let mut inner = &chain[1..chain.len() - 1];
            while !inner.is_empty() {
                let (mut from, mut to) = (f64::NEG_INFINITY, f64::INFINITY);
                let run = inner.iter().take_while(|&&slot| {
                    let (left, right) = room(slot, across);
                    let fits = from.max(left) <= to.min(right);
                    if fits {
                        (from, to) = (from.max(left), to.min(right));
                    }
                    fits
                });
                let (run, rest) = inner.split_at(run.count().max(1));
                if from <= to {
                    let middle =
                        run.iter().map(|slot| across[*slot]).sum::<f64>() / run.len() as f64;
                    for &slot in run {
                        across[slot] = middle.max(from).min(to);
                    }
                }
                inner = rest;
            }
        }
    }
    let left = layers
        .iter()
        .filter_map(|layer| layer.first())
        .map(|&slot| across[slot] - slots[slot].size.width / 2.0)
        .fold(f64::INFINITY, f64::min);
    for place in across {
        *place -= left;
    }
}

fn mean(values: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (sum, weights) =
        values.fold((0.0, 0.0), |(sum, all), (value, weight)| (sum + value * weight, all + weight));
    (weights > 0.0).then(|| sum / weights)
}

/// The places nearest to those wanted, in the least squares, that keep order and distance: the
/// pooling of adjacent violators.
fn settle(layer: &[usize], slots: &[Slot], wanted: &[f64], across: &mut [f64]) {
    // Where each would be if all touched, so that keeping distance is keeping order.
    let mut offsets = Vec::with_capacity(layer.len());
    let mut offset = 0.0;
    for (position, &slot) in layer.iter().enumerate() {
        if position > 0 {
            let before = slots[layer[position - 1]].size.width;
            offset += (before + slots[slot].size.width) / 2.0 + APART;
        }
        offsets.push(offset);
    }
    struct Pool {
        sum: f64,
        weight: f64,
        members: usize,
    }
    let mut pools: Vec<Pool> = Vec::new();
    for ((&slot, wanted), offset) in layer.iter().zip(wanted).zip(&offsets) {
        let weight = slots[slot].weight;
        let mut pool = Pool { sum: (wanted - offset) * weight, weight, members: 1 };
        while let Some(before) = pools.last() {
            if before.sum / before.weight <= pool.sum / pool.weight {
                break;
            }
            pool.sum += before.sum;
            pool.weight += before.weight;
            pool.members += before.members;
            pools.pop();
        }
        pools.push(pool);
    }
    let mut places = layer.iter().zip(&offsets);
    for pool in &pools {
        for (&slot, offset) in places.by_ref().take(pool.members) {
            across[slot] = pool.sum / pool.weight + offset;
        }
    }
}

fn measure(
    slots: &[Slot],
    layers: &[Vec<usize>],
    chains: &[Vec<usize>],
    upward: &[bool],
    across: &[f64],
    boxes: &[Node],
) -> Layout {
    let mut layer_of = vec![0; slots.len()];
    for (number, layer) in layers.iter().enumerate() {
        for &slot in layer {
            layer_of[slot] = number;
        }
    }
    // Curves that go far to the side need more room to be told apart.
    let mut widest = vec![0.0_f64; layers.len()];
    for pair in chains.iter().flat_map(|chain| chain.windows(2)) {
        let to_side = (across[pair[0]] - across[pair[1]]).abs();
        widest[layer_of[pair[0]]] = widest[layer_of[pair[0]]].max(to_side);
    }
    let (mut tops, mut heights) = (Vec::new(), Vec::new());
    let mut edge = 0.0;
    for (number, layer) in layers.iter().enumerate() {
        let height = layer.iter().map(|&slot| slots[slot].size.height).fold(0.0, f64::max);
        tops.push(edge);
        heights.push(height);
        let last = number + 1 == layers.len();
        edge += height + if last { 0.0 } else { (GAP + widest[number] / 8.0).min(WIDEST_GAP) };
    }
    let middle = |slot: usize| Point {
        x: across[slot],
        y: tops[layer_of[slot]] + heights[layer_of[slot]] / 2.0,
    };

    // Lines leave a box in the order of where they go.
    let mut ends: Vec<[Vec<(usize, f64)>; 2]> = vec![Default::default(); boxes.len()];
    for (line, chain) in chains.iter().enumerate() {
        // There is a label at least between two boxes.
        let last = chain.len() - 1;
        ends[chain[0]][1].push((line, across[chain[1]]));
        ends[chain[last]][0].push((line, across[chain[last - 1]]));
    }
    let mut ports = vec![[0.0; 2]; chains.len()];
    for (number, sides) in ends.iter_mut().enumerate() {
        for (side, lines) in sides.iter_mut().enumerate() {
            lines.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            let room = boxes[number].flat;
            let step = (room / lines.len() as f64).min(18.0);
            let first = across[number] - step * (lines.len() as f64 - 1.0) / 2.0;
            for (position, (line, _)) in lines.iter().enumerate() {
                ports[*line][1 - side] = first + step * position as f64;
            }
        }
    }
    let routes = chains
        .iter()
        .zip(upward)
        .enumerate()
        .map(|(line, (chain, upward))| {
            let last = chain.len() - 1;
            let slots = chain.iter().enumerate().map(|(position, &slot)| {
                let layer = layer_of[slot];
                let half = slots[slot].size.height / 2.0;
                let y = middle(slot).y;
                match position {
                    0 => {
                        let port = Point { x: ports[line][0], y: y + half };
                        (port, port)
                    }
                    _ if position == last => {
                        let port = Point { x: ports[line][1], y: y - half };
                        (port, port)
                    }
                    _ => {
                        let x = across[slot];
                        let top = tops[layer];
                        (Point { x, y: top }, Point { x, y: top + heights[layer] })
                    }
                }
            });
            Route { slots: slots.collect(), upward: *upward, label: middle(chain[1]) }
        })
        .collect();
    let right = (0..slots.len())
        .map(|slot| across[slot] + slots[slot].size.width / 2.0)
        .fold(0.0, f64::max);
    let boxes = (0..boxes.len()).map(middle).collect();
    Layout { boxes, routes, size: Size { width: right, height: edge } }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Networks of every density, circles included, from a linear congruential generator.
    fn samples() -> impl Iterator<Item = (Vec<Node>, Vec<Line>)> {
        let mut state = 1_u64;
        let mut below = move |limit: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap_or_default() % limit.max(1)
        };
        (0..300).map(move |_| {
            let count = below(24) + 1;
            let boxes = (0..count)
                .map(|_| {
                    let width = 60.0 + below(120) as f64;
                    Node { size: Size { width, height: 38.0 }, flat: width - 28.0 }
                })
                .collect();
            let mut pairs: Vec<(usize, usize)> =
                (0..below(count * 3)).map(|_| (below(count), below(count))).collect();
            pairs.retain(|(from, to)| from != to);
            pairs.sort_unstable();
            pairs.dedup();
            let lines = pairs.into_iter().map(|(from, to)| {
                let label = Size { width: 20.0 + below(90) as f64, height: 18.0 };
                Line { from, to, label }
            });
            let lines = lines.collect();
            (boxes, lines)
        })
    }

    fn apart(a: (Point, Size), b: (Point, Size)) -> bool {
        (a.0.x - b.0.x).abs() + 0.01 >= (a.1.width + b.1.width) / 2.0
            || (a.0.y - b.0.y).abs() + 0.01 >= (a.1.height + b.1.height) / 2.0
    }

    #[test]
    fn boxes_and_labels_lie_inside_and_on_nothing_else() {
        for (boxes, lines) in samples() {
            let layout = layout(&boxes, &lines);
            let sizes = boxes.iter().map(|one| one.size).chain(lines.iter().map(|line| line.label));
            let labels = layout.routes.iter().map(|route| route.label);
            let all: Vec<(Point, Size)> =
                layout.boxes.iter().copied().chain(labels).zip(sizes).collect();
            assert_eq!(all.len(), boxes.len() + lines.len());
            for (number, one) in all.iter().enumerate() {
                let (Point { x, y }, Size { width, height }) = *one;
                assert!(x - width / 2.0 > -0.01 && x + width / 2.0 < layout.size.width + 0.01);
                assert!(y - height / 2.0 > -0.01 && y + height / 2.0 < layout.size.height + 0.01);
                assert!(all[..number].iter().all(|other| apart(*one, *other)), "{one:?}");
            }
        }
    }

    #[test]
    fn lines_run_from_box_to_box_and_through_no_box_or_label_of_others() {
        for (boxes, lines) in samples() {
            let layout = layout(&boxes, &lines);
            for (number, (line, route)) in lines.iter().zip(&layout.routes).enumerate() {
                let (top, bottom) =
                    if route.upward { (line.to, line.from) } else { (line.from, line.to) };
                let (first, last) = (route.slots[0].0, route.slots[route.slots.len() - 1].1);
                assert!((first.y - layout.boxes[top].y - 19.0).abs() < 0.01);
                assert!((last.y - layout.boxes[bottom].y + 19.0).abs() < 0.01);
                assert!((first.x - layout.boxes[top].x).abs() <= boxes[top].flat / 2.0 + 0.01);
                assert!((last.x - layout.boxes[bottom].x).abs() <= boxes[bottom].flat / 2.0 + 0.01);
                for pair in route.slots.windows(2) {
                    assert!(pair[0].1.y < pair[1].0.y, "curves run downward, between layers");
                }
                // Straight pieces are beside boxes and labels; curves are above and below them.
                let piece = |(a, b): &(Point, Point)| {
                    let middle = Point { x: a.x, y: (a.y + b.y) / 2.0 };
                    (middle, Size { width: 0.0, height: b.y - a.y })
                };
                for slot in &route.slots[1..route.slots.len() - 1] {
                    for (middle, one) in layout.boxes.iter().zip(&boxes) {
                        assert!(apart(piece(slot), (*middle, one.size)));
                    }
                    for (other, (line, route)) in lines.iter().zip(&layout.routes).enumerate() {
                        assert!(other == number || apart(piece(slot), (route.label, line.label)));
                    }
                }
            }
        }
    }

    #[test]
    fn a_stream_runs_down_and_only_circles_run_up() {
        for (boxes, lines) in samples() {
            let layout = layout(&boxes, &lines);
            for (line, route) in lines.iter().zip(&layout.routes) {
                let down = layout.boxes[line.from].y < layout.boxes[line.to].y;
                assert_eq!(down, !route.upward);
                assert!(down || leads(&lines, line.to, line.from), "{line:?}");
            }
        }
    }

    fn leads(lines: &[Line], from: usize, to: usize) -> bool {
        let (mut seen, mut open) = (vec![from], vec![from]);
        while let Some(at) = open.pop() {
            for line in lines.iter().filter(|line| line.from == at) {
                if !seen.contains(&line.to) {
                    seen.push(line.to);
                    open.push(line.to);
                }
            }
        }
        seen.contains(&to)
    }

    #[test]
    fn few_lines_cross_where_none_has_to() {
        // Two chains side by side, declared criss-cross.
        let one = Node { size: Size { width: 80.0, height: 38.0 }, flat: 50.0 };
        let line = |from, to| Line { from, to, label: Size { width: 40.0, height: 18.0 } };
        let layout =
            layout(&[one; 6], &[line(0, 3), line(1, 2), line(3, 4), line(2, 5), line(0, 5)]);
        let left = layout.boxes[0].x < layout.boxes[1].x;
        for (ours, theirs) in [(3, 2), (4, 5)] {
            assert_eq!(layout.boxes[ours].x < layout.boxes[theirs].x, left);
        }
    }
}

//! DOT diagrams, which Graphviz draws.

use super::diagram::{Diagram, colour, identifier};
use net_dsl::{Network, entity::Shape, text::printable};
use std::fmt::Write;

/// The network as a DOT digraph: a cluster and a colour for each brick, entities that bricks share
/// between them, a shape for each kind.
///
/// Dashed arrows fetch or keep data; solid ones start something. Equal networks give equal bytes.
/// O(n log n).
///
/// ```
/// use net_dsl::prelude::*;
///
/// # contract! { pub Task: Tick => () {} }
/// # let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
/// # let task = Function::<Task>::builder().name(name!("task")).build();
/// let network = Network::from(clock.triggers(&task));
/// assert!(net_synth::emit::dot(&network).contains("n_clock -> n_task [label=\"triggers\"]"));
/// ```
pub fn dot(network: &Network) -> String {
    let mut out = String::new();
    // Writing into a string does not fail.
    let _ = write(&mut out, &Diagram::new(network));
    out
}

fn write(out: &mut String, diagram: &Diagram<'_>) -> std::fmt::Result {
    writeln!(out, "digraph network {{")?;
    writeln!(out, "  rankdir=LR")?;
    writeln!(out, "  node [fontname=\"sans-serif\", style=filled, fillcolor=white]")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10]")?;
    for (number, (brick, entities)) in diagram.bricks.iter().enumerate() {
        if entities.is_empty() {
            continue;
        }
        let (fill, line) = colour(number);
        writeln!(out, "  subgraph cluster_{number} {{")?;
        writeln!(out, "    label=\"{}\"", escaped(brick))?;
        writeln!(out, "    color=\"{line}\"")?;
        writeln!(out, "    fontname=\"sans-serif\"")?;
        for &entity in entities {
            write!(out, "    ")?;
            write_entity(out, diagram, entity, &fill, &line)?;
        }
        writeln!(out, "  }}")?;
    }
    for &entity in &diagram.shared {
        write!(out, "  ")?;
        write_entity(out, diagram, entity, "white", "black")?;
    }
    for arrow in &diagram.arrows {
        let from = identifier(diagram.node(arrow.from).id);
        let to = identifier(diagram.node(arrow.to).id);
        let style = if arrow.at_rest { ", style=dashed" } else { "" };
        let label = escaped(&arrow.label);
        writeln!(out, "  {from} -> {to} [label=\"{label}\"{style}]")?;
    }
    writeln!(out, "}}")
}

/// A text inside a quoted string.
fn escaped(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('"', "\\\"")
}

fn write_entity(
    out: &mut String,
    diagram: &Diagram<'_>,
    entity: usize,
    fill: &str,
    line: &str,
) -> std::fmt::Result {
    let node = diagram.node(entity);
    let shape = match node.descriptor().map(|kind| kind.shape) {
        Some(Shape::Pill) => "ellipse",
        Some(Shape::Slots | Shape::NumberedSlots) => "cds",
        Some(Shape::Flag) => "rarrow",
        Some(Shape::Cylinder) => "cylinder",
        Some(Shape::Bucket) => "folder",
        Some(Shape::Bus) => "component",
        Some(Shape::Ellipse) => "circle",
        Some(Shape::Hexagon) => "hexagon",
        Some(Shape::Parallelogram) => "parallelogram",
        Some(Shape::Trapezium) => "invtrapezium",
        Some(Shape::Rectangle) | None => "box",
    };
    let name = identifier(node.id);
    let text = node.id;
    writeln!(
        out,
        "{name} [label=\"{text}\", shape={shape}, fillcolor=\"{fill}\", color=\"{line}\"]"
    )
}

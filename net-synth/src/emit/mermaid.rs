//! Mermaid diagrams, which GitHub and many editors draw.

use super::diagram::{Diagram, colour, identifier};
use net_dsl::{Network, entity::Shape, text::printable};
use std::fmt::Write;

/// The network as a Mermaid flowchart: a box and a colour for each brick, entities that bricks
/// share between them, a shape for each kind.
///
/// Dotted arrows fetch or keep data; solid ones start something. Equal networks give equal bytes.
/// O(n log n).
///
/// ```
/// use net_dsl::prelude::*;
///
/// # contract! { pub Task: Tick => () {} }
/// # let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
/// # let task = Function::<Task>::builder().name(name!("task")).build();
/// let network = Network::from(clock.triggers(&task));
/// assert!(net_synth::emit::mermaid(&network).contains("n_clock -->|triggers| n_task"));
/// ```
pub fn mermaid(network: &Network) -> String {
    let mut out = String::new();
    // Writing into a string does not fail.
    let _ = write(&mut out, &Diagram::new(network));
    out
}

fn write(out: &mut String, diagram: &Diagram<'_>) -> std::fmt::Result {
    writeln!(out, "flowchart LR")?;
    for (number, (brick, entities)) in diagram.bricks.iter().enumerate() {
        if entities.is_empty() {
            continue;
        }
        writeln!(out, "  subgraph brick{number}[\"{}\"]", escaped(brick))?;
        for &entity in entities {
            write!(out, "    ")?;
            write_entity(out, diagram, entity)?;
        }
        writeln!(out, "  end")?;
    }
    for &entity in &diagram.shared {
        write!(out, "  ")?;
        write_entity(out, diagram, entity)?;
    }
    for arrow in &diagram.arrows {
        let line = if arrow.at_rest { "-.->" } else { "-->" };
        let from = identifier(diagram.node(arrow.from).id);
        let to = identifier(diagram.node(arrow.to).id);
        writeln!(out, "  {from} {line}|{}| {to}", label(&arrow.label))?;
    }
    for (number, (_, entities)) in diagram.bricks.iter().enumerate() {
        if entities.is_empty() {
            continue;
        }
        let (fill, line) = colour(number);
        writeln!(out, "  style brick{number} fill:none,stroke:{line}")?;
        writeln!(out, "  classDef colour{number} fill:{fill},stroke:{line},color:#000")?;
        let members: Vec<_> =
            entities.iter().map(|&entity| identifier(diagram.node(entity).id)).collect();
        writeln!(out, "  class {} colour{number}", members.join(","))?;
    }
    if !diagram.shared.is_empty() {
        writeln!(out, "  classDef shared fill:#fff,stroke:#000,stroke-width:2px,color:#000")?;
        let members: Vec<_> =
            diagram.shared.iter().map(|&entity| identifier(diagram.node(entity).id)).collect();
        writeln!(out, "  class {} shared", members.join(","))?;
    }
    Ok(())
}

fn write_entity(out: &mut String, diagram: &Diagram<'_>, entity: usize) -> std::fmt::Result {
    let node = diagram.node(entity);
    let (open, close) = match node.descriptor().map(|kind| kind.shape) {
        Some(Shape::Pill) => ("([", "])"),
        Some(Shape::Slots | Shape::NumberedSlots) => ("[[", "]]"),
        Some(Shape::Flag) => (">", "]"),
        Some(Shape::Cylinder) => ("[(", ")]"),
        Some(Shape::Bucket) => ("[\\", "/]"),
        Some(Shape::Bus) => ("[/", "\\]"),
        Some(Shape::Ellipse) => ("((", "))"),
        Some(Shape::Hexagon) => ("{{", "}}"),
        Some(Shape::Parallelogram) => ("[/", "/]"),
        Some(Shape::Trapezium) => ("[\\", "\\]"),
        Some(Shape::Rectangle) | None => ("[", "]"),
    };
    writeln!(out, "{}{open}\"{}\"{close}", identifier(node.id), node.id)
}

fn label(text: &str) -> String {
    if text.chars().all(|letter| letter.is_ascii_alphanumeric() || ", -".contains(letter)) {
        text.to_owned()
    } else {
        format!("\"{}\"", escaped(text))
    }
}

/// What would end a label early, start an entity or be taken for HTML, as Mermaid's entities.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            _ => out.push(letter),
        }
    }
    out
}

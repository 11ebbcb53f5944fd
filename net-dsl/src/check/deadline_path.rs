//! The links along which a deadline holds.

use crate::{Bounded, Graph, GraphNode, Link, Verb, entity::DEADLINE};

/// Whether what is due at the start of a link is still due at its end.
pub(super) fn goes_on(graph: &Graph<'_>, to: usize, link: &Link) -> bool {
    let target = &graph.nodes()[to];
    let starts = link.verb().descriptor().starts || writes_into_stream(target, link);
    starts && own_deadline(target).is_none()
}

/// Whether a write starts something: the table tells of it by its stream.
fn writes_into_stream(table: &GraphNode<'_>, link: &Link) -> bool {
    link.verb() == Verb::Writes && table.outgoing(Verb::Triggers).next().is_some()
}

pub(crate) fn own_deadline(node: &GraphNode<'_>) -> Option<u64> {
    node.facts.get(DEADLINE).map(Bounded::get)
}

//! The links along which a deadline holds.

use crate::{Bounded, Flow, Graph, GraphNode, Link, Verb, entity::DEADLINE};

/// Whether what is due at the start of a link is still due at its end.
pub(super) fn goes_on(graph: &Graph<'_>, to: usize, link: &Link) -> bool {
    let target = &graph.nodes()[to];
    let starts = link.verb().descriptor().starts || writes_into_stream(target, link);
    starts && own_deadline(target).is_none()
}

/// Where a deadline goes on from an entity: along links, and by raw resources, which have none.
pub(super) fn path_on<'a>(
    graph: &'a Graph<'_>,
    number: usize,
) -> impl Iterator<Item = (usize, Option<&'a Link>)> {
    let node = &graph.nodes()[number];
    let linked = node.out.iter().filter(|(to, link)| goes_on(graph, *to, link));
    let taken = node.mentioned.iter().filter(|by| by.flow == Flow::Takes);
    let started = node.mentions.iter().filter(|what| what.flow == Flow::Starts);
    let raw = taken.chain(started).map(|mention| mention.other);
    let raw = raw.filter(|to| own_deadline(&graph.nodes()[*to]).is_none());
    linked.map(|(to, link)| (*to, Some(*link))).chain(raw.map(|to| (to, None)))
}

/// Whether a write starts something: the table tells of it by its stream.
fn writes_into_stream(table: &GraphNode<'_>, link: &Link) -> bool {
    link.verb() == Verb::Writes && table.outgoing(Verb::Triggers).next().is_some()
}

pub(crate) fn own_deadline(node: &GraphNode<'_>) -> Option<u64> {
    node.facts.get(DEADLINE).map(Bounded::get)
}

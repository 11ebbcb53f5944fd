//! A network with its links numbered both ways, for whatever walks it.

use super::{Flow, Link, Mention, Network, mention};
use crate::{
    Id, Verb,
    entity::{Descriptor, KIND, Kind, MESSAGE},
    facts::Facts,
};
use std::collections::HashMap;

/// Shared by everything that walks a network: nodes by number, with the links both ways.
///
/// Built in O(entities + links). Entities are numbered in order of name.
#[derive(Debug)]
pub struct Graph<'n> {
    pub(super) nodes: Vec<GraphNode<'n>>,
}

/// One entity of a [`Graph`].
#[derive(Debug)]
pub struct GraphNode<'n> {
    /// The entity's name.
    pub id: &'n Id,
    /// What is known about it.
    pub facts: &'n Facts,
    /// Its kind, if it is declared and nobody disagrees.
    pub kind: Option<Kind>,
    /// The links that leave it, with the number of where they lead.
    pub out: Box<[(usize, &'n Link)]>,
    /// The links that arrive, with the number of where they come from.
    pub into: Box<[(usize, &'n Link)]>,
    /// The entities that its properties refer to, in order.
    pub mentions: Box<[Mention]>,
    /// The entities whose properties refer to it, in order.
    pub mentioned: Box<[Mention]>,
}

impl<'n> Graph<'n> {
    /// The graph of a network. A link to an entity that the network lacks is left out.
    pub fn new(network: &'n Network) -> Graph<'n> {
        let ids = network.nodes.keys().enumerate();
        let numbers: HashMap<&Id, usize> = ids.map(|(number, id)| (id, number)).collect();
        let mut into = vec![Vec::new(); network.nodes.len()];
        let nodes = network.nodes.iter().enumerate().map(|(from, (id, node))| {
            let links = node.links.iter();
            let out = links.filter_map(|link| Some((*numbers.get(&link.to)?, link)));
            let out: Box<[_]> = out.collect();
            for (to, link) in &out {
                into[*to].push((from, *link));
            }
            let facts = &node.facts;
            let (into, mentions, mentioned) = Default::default();
            GraphNode { id, facts, kind: facts.get(KIND), out, into, mentions, mentioned }
        });
        let mut graph = Graph { nodes: nodes.collect() };
        for (node, into) in graph.nodes.iter_mut().zip(into) {
            node.into = into.into_boxed_slice();
        }
        let mut found = mention::all(&graph);
        for of in found.chunk_by(|a, b| a.0 == b.0) {
            let mentions = of.iter().map(|&(_, other, flow)| Mention { other, flow });
            graph.nodes[of[0].0].mentions = mentions.collect();
        }
        found.sort_by_key(|&(from, to, flow)| (to, from, flow));
        for of in found.chunk_by(|a, b| a.1 == b.1) {
            let mentioned = of.iter().map(|&(other, _, flow)| Mention { other, flow });
            graph.nodes[of[0].1].mentioned = mentioned.collect();
        }
        graph
    }

    /// Every entity, in order of name; the position is its number.
    pub fn nodes(&self) -> &[GraphNode<'n>] {
        &self.nodes
    }

    /// The entity of a name. O(log n).
    pub fn find(&self, id: &Id) -> Option<&GraphNode<'n>> {
        self.nodes.binary_search_by(|node| node.id.cmp(id)).ok().map(|number| &self.nodes[number])
    }

    /// The entities of a kind, with their numbers.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (usize, &GraphNode<'n>)> {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.kind == Some(kind))
    }
}

impl Graph<'_> {
    /// The number of the cycle that each entity is in along links of some verbs, if it is in one;
    /// a link to itself is a cycle too. O(n).
    pub fn cycles(&self, verbs: &[Verb]) -> Vec<Option<u32>> {
        self.cycles_along(|_, link| verbs.contains(&link.verb))
    }

    /// The same along links that `follows`, given where they lead. Tarjan's strongly connected
    /// components.
    pub(crate) fn cycles_along(&self, follows: impl Fn(usize, &Link) -> bool) -> Vec<Option<u32>> {
        const UNSEEN: u32 = u32::MAX;
        let count = self.nodes.len();
        let (mut index, mut low) = (vec![UNSEEN; count], vec![0; count]);
        let (mut on_stack, mut cycles) = (vec![false; count], vec![None; count]);
        let (mut stack, mut next, mut next_cycle) = (Vec::new(), 0, 0);
        // Each frame is an entity and the link to look at next: the recursion, without the stack.
        let mut frames: Vec<(usize, usize)> = Vec::new();
        for root in 0..count {
            if index[root] != UNSEEN || self.nodes[root].out.is_empty() {
                continue;
            }
            frames.push((root, 0));
            while let Some((node, position)) = frames.pop() {
                if position == 0 {
                    (index[node], low[node]) = (next, next);
                    next += 1;
                    stack.push(node);
                    on_stack[node] = true;
                }
                let out = &self.nodes[node].out;
                let mut descended = false;
                for (offset, (to, link)) in out.iter().enumerate().skip(position) {
                    if !follows(*to, link) {
                        continue;
                    }
                    if index[*to] == UNSEEN {
                        frames.push((node, offset + 1));
                        frames.push((*to, 0));
                        descended = true;
                        break;
                    }
                    if on_stack[*to] {
                        low[node] = low[node].min(index[*to]);
                    }
                }
                if descended {
                    continue;
                }
                if low[node] == index[node] {
                    let start = stack.iter().rposition(|&member| member == node).unwrap_or(0);
                    let members = stack.split_off(start);
                    let to_itself = out.iter().any(|(to, link)| *to == node && follows(*to, link));
                    for &member in &members {
                        on_stack[member] = false;
                        if members.len() > 1 || to_itself {
                            cycles[member] = Some(next_cycle);
                        }
                    }
                    next_cycle += u32::from(members.len() > 1 || to_itself);
                }
                if let Some(&(parent, _)) = frames.last() {
                    low[parent] = low[parent].min(low[node]);
                }
            }
        }
        cycles
    }
}

impl<'n> GraphNode<'n> {
    /// The links of a verb that leave the entity.
    pub fn outgoing(&self, verb: Verb) -> impl Iterator<Item = (usize, &'n Link)> {
        self.out.iter().copied().filter(move |(_, link)| link.verb == verb)
    }

    /// The links of a verb that arrive at the entity.
    pub fn incoming(&self, verb: Verb) -> impl Iterator<Item = (usize, &'n Link)> {
        self.into.iter().copied().filter(move |(_, link)| link.verb == verb)
    }

    /// Whether anything starts this function: a link, or a raw resource.
    pub fn is_started(&self) -> bool {
        self.into.iter().any(|(_, link)| link.verb.descriptor().starts)
            || self.mentioned.iter().any(|mention| mention.flow == Flow::Starts)
    }

    /// Whether it starts anything by a link.
    pub fn starts_something(&self) -> bool {
        self.out.iter().any(|(_, link)| link.verb.descriptor().starts || link.verb == Verb::Calls)
    }

    /// Whether a raw resource takes, or may take, what comes out of this.
    pub fn is_taken_from(&self) -> bool {
        self.mentioned.iter().any(|mention| match mention.flow {
            Flow::Takes | Flow::MayTake => true,
            Flow::Starts | Flow::Rests => false,
        })
    }

    /// What the kind is, if the entity has one.
    pub fn descriptor(&self) -> Option<&'static Descriptor> {
        self.kind.map(Kind::descriptor)
    }

    /// Whether it is a queue of SQS's, standard or FIFO.
    pub fn is_queue(&self) -> bool {
        self.kind.is_some_and(Kind::is_queue)
    }

    /// The links that provide a need of this function.
    pub fn providers<'a>(
        &'a self,
        verb: Verb,
        what: &'a str,
    ) -> impl Iterator<Item = (usize, &'n Link)> + use<'a, 'n> {
        self.outgoing(verb)
            .filter(move |(_, link)| link.facts.get(MESSAGE).is_some_and(|message| message == what))
    }
}

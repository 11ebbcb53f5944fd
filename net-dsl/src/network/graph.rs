//! A network with its links numbered both ways, for whatever walks it.

use super::{Link, Network};
use crate::{
    Id, Verb,
    entity::{KIND, Kind, MESSAGE},
    facts::Facts,
};
use std::collections::HashMap;

/// Shared by everything that walks a network: nodes by number, with the links both ways.
///
/// Built in O(entities + links). Entities are numbered in order of name.
#[derive(Debug)]
pub struct Graph<'n> {
    nodes: Vec<GraphNode<'n>>,
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
    pub out: Vec<(usize, &'n Link)>,
    /// The links that arrive, with the number of where they come from.
    pub into: Vec<(usize, &'n Link)>,
}

impl<'n> Graph<'n> {
    /// The graph of a network. A link to an entity that the network lacks is left out.
    pub fn new(network: &'n Network) -> Graph<'n> {
        let mut numbers: HashMap<&Id, usize> = HashMap::with_capacity(network.nodes.len());
        let mut nodes: Vec<GraphNode<'n>> = Vec::with_capacity(network.nodes.len());
        for (number, (id, node)) in network.nodes.iter().enumerate() {
            numbers.insert(id, number);
            let kind = node.facts.get(KIND);
            nodes.push(GraphNode { id, facts: &node.facts, kind, out: vec![], into: vec![] });
        }
        for (from, node) in network.nodes.values().enumerate() {
            for link in &node.links {
                if let Some(&to) = numbers.get(&link.to) {
                    nodes[from].out.push((to, link));
                    nodes[to].into.push((from, link));
                }
            }
        }
        Graph { nodes }
    }

    /// Every entity, in order of name; the position is its number.
    pub fn nodes(&self) -> &[GraphNode<'n>] {
        &self.nodes
    }

    /// The entities of a kind, with their numbers.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (usize, &GraphNode<'n>)> {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.kind == Some(kind))
    }
}

impl GraphNode<'_> {
    /// The links of a verb that leave the entity.
    pub fn outgoing(&self, verb: Verb) -> impl Iterator<Item = (usize, &Link)> {
        self.out.iter().filter(move |(_, link)| link.verb == verb).map(|&(to, link)| (to, link))
    }

    /// The links of a verb that arrive at the entity.
    pub fn incoming(&self, verb: Verb) -> impl Iterator<Item = (usize, &Link)> {
        self.into
            .iter()
            .filter(move |(_, link)| link.verb == verb)
            .map(|&(from, link)| (from, link))
    }

    /// Whether anything starts this function.
    pub fn is_started(&self) -> bool {
        self.into.iter().any(|(_, link)| {
            matches!(link.verb, Verb::Triggers | Verb::Routes | Verb::Sends | Verb::Asks)
        })
    }

    /// The links that provide a need of this function.
    pub fn providers<'a>(
        &'a self,
        verb: Verb,
        what: &'a str,
    ) -> impl Iterator<Item = (usize, &'a Link)> {
        self.outgoing(verb)
            .filter(move |(_, link)| link.facts.get(MESSAGE).is_some_and(|message| message == what))
    }
}

//! What several rules look at, worked out once: deadlines and the paths they hold on.

use super::{
    budget::{self, Budget},
    deadline_path::{own_deadline, path_on},
};
use crate::{
    Flow, Graph, GraphNode,
    entity::{Starts, schedule},
};
use std::cell::OnceCell;

/// A network as rules see it.
#[derive(Debug)]
pub struct Context<'g, 'n> {
    /// The network.
    pub graph: &'g Graph<'n>,
    deadlines: OnceCell<Vec<Option<Deadline>>>,
    budgets: OnceCell<Vec<Budget>>,
    triggers: OnceCell<Vec<StartedBy>>,
}

/// A deadline and the entity that sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline {
    pub(crate) seconds: u64,
    pub(crate) set_by: usize,
}

/// What sets a function going, along whatever path.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StartedBy {
    /// Something that is not a clock.
    pub(crate) event: bool,
    /// The fastest schedule: its period in seconds, and the schedule.
    pub(crate) schedule: Option<(u64, usize)>,
}

impl<'g, 'n> Context<'g, 'n> {
    /// The context of a network.
    pub fn new(graph: &'g Graph<'n>) -> Context<'g, 'n> {
        Context {
            graph,
            deadlines: OnceCell::new(),
            budgets: OnceCell::new(),
            triggers: OnceCell::new(),
        }
    }

    pub(crate) fn node(&self, number: usize) -> &'g GraphNode<'n> {
        &self.graph.nodes()[number]
    }

    /// The tightest deadline that holds at each entity. O(n log n).
    pub(crate) fn deadlines(&self) -> &[Option<Deadline>] {
        self.deadlines.get_or_init(|| {
            let nodes = self.graph.nodes();
            let mut held: Vec<Option<Deadline>> = vec![None; nodes.len()];
            let mut sources: Vec<Deadline> = (0..nodes.len())
                .filter_map(|set_by| {
                    Some(Deadline { seconds: own_deadline(&nodes[set_by])?, set_by })
                })
                .collect();
            sources.sort();
            for deadline in sources {
                let mut open = vec![deadline.set_by];
                while let Some(number) = open.pop() {
                    if held[number].is_some() {
                        continue;
                    }
                    held[number] = Some(deadline);
                    open.extend(path_on(self.graph, number).map(|(to, _)| to));
                }
            }
            held
        })
    }

    /// How long a path from each entity may take; a cycle counts once, wherever it is entered.
    /// O(n).
    pub(crate) fn budgets(&self) -> &[Budget] {
        self.budgets.get_or_init(|| budget::budgets(self.graph))
    }

    /// What sets each entity going. O(n log n).
    pub(crate) fn started_by(&self) -> &[StartedBy] {
        self.triggers.get_or_init(|| {
            let nodes = self.graph.nodes();
            let mut started = vec![StartedBy::default(); nodes.len()];
            let mut schedules = Vec::new();
            let mut open = Vec::new();
            for (number, node) in nodes.iter().enumerate() {
                match node.descriptor().map(|kind| kind.starts) {
                    Some(Starts::Clock) => {
                        schedules.extend(schedule::period(node.facts).map(|at| (at, number)));
                    }
                    Some(Starts::Outside) => open.push(number),
                    Some(Starts::Never | Starts::Reached) | None => {
                        open.extend(started_by_raw(node));
                    }
                }
            }
            let follow = |number: usize| {
                nodes[number]
                    .out
                    .iter()
                    .filter(|(_, link)| link.verb().descriptor().starts)
                    .map(|l| l.0)
            };
            while let Some(number) = open.pop() {
                if !std::mem::replace(&mut started[number].event, true) {
                    open.extend(follow(number));
                }
            }
            schedules.sort_unstable();
            for schedule in schedules {
                open.push(schedule.1);
                while let Some(number) = open.pop() {
                    if started[number].schedule.is_none() {
                        started[number].schedule = Some(schedule);
                        open.extend(follow(number));
                    }
                }
            }
            started
        })
    }

    /// The entities of the longest path from an entity.
    pub(crate) fn longest_path(&self, from: usize) -> Vec<usize> {
        let budgets = self.budgets();
        let mut path = Vec::new();
        let mut next = Some(from);
        while let Some(number) = next {
            path.push(number);
            if let Some(cycle) = budgets[number].cycle {
                let others = budgets.iter().enumerate().filter(|(_, b)| b.cycle == Some(cycle));
                path.extend(others.map(|(other, _)| other).filter(|&other| other != number));
            }
            next = budgets[number].next;
        }
        path
    }
}

/// What a raw resource starts.
fn started_by_raw<'a>(node: &'a GraphNode<'_>) -> impl Iterator<Item = usize> + 'a {
    node.mentions.iter().filter(|mention| mention.flow == Flow::Starts).map(|mention| mention.other)
}

//! The longest that paths may take.

use super::deadline_path::{goes_on, path_on};
use crate::{Graph, Link, Verb, link::batch_window};

/// The longest a path from an entity may take, as far as a deadline holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Budget {
    /// The entity's own part, in seconds.
    pub(crate) own: u64,
    /// Its own part, that of the cycle it is in, and what follows.
    pub(crate) total: u64,
    /// Where the longest path goes on; out of the cycle, if it is in one.
    pub(crate) next: Option<usize>,
    /// The number of the cycle it is in.
    pub(crate) cycle: Option<u32>,
    /// What follows after the entity or its cycle.
    below: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// Depth first, a cycle as one place, without recursion.
pub(super) fn budgets(graph: &Graph<'_>) -> Vec<Budget> {
    let nodes = graph.nodes();
    let cycles = graph.cycles_along(|to, link| goes_on(graph, to, link));
    // Each cycle's members stand for it together; whoever is in none stands for itself.
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (number, cycle) in cycles.iter().enumerate() {
        if let Some(cycle) = cycle {
            let cycle = *cycle as usize;
            members.resize_with(members.len().max(cycle + 1), Vec::new);
            members[cycle].push(number);
        }
    }
    let alone: Vec<usize> = (0..nodes.len()).collect();
    let place = |number: usize| match cycles[number] {
        Some(cycle) => members[cycle as usize].as_slice(),
        None => &alone[number..=number],
    };
    let mut budgets = vec![Budget::default(); nodes.len()];
    let mut states = vec![State::New; nodes.len()];
    let mut stack = Vec::new();
    for root in 0..nodes.len() {
        stack.push(root);
        while let Some(&number) = stack.last() {
            let place = place(number);
            match states[place[0]] {
                State::New => {
                    states[place[0]] = State::Open;
                    let out = place.iter().flat_map(|&member| path_on(graph, member));
                    stack.extend(out.map(|(to, _)| to).filter(|&to| states[to] == State::New));
                }
                State::Open => {
                    finish(graph, place, cycles[number], &mut budgets);
                    states[place[0]] = State::Done;
                    stack.pop();
                }
                State::Done => {
                    stack.pop();
                }
            }
        }
    }
    budgets
}

fn finish(graph: &Graph<'_>, place: &[usize], cycle: Option<u32>, budgets: &mut [Budget]) {
    let (mut below, mut next) = (0, None);
    for &member in place {
        for (to, link) in path_on(graph, member).filter(|(to, _)| place.binary_search(to).is_err())
        {
            let window = link.map_or(0, |link| batch_window(link.facts()));
            // Who asks waits inside its own timeout; only what the other starts comes on top.
            let (time, after) = match link.map(Link::verb) {
                Some(Verb::Asks) => (budgets[to].below, budgets[to].next),
                Some(
                    Verb::Triggers
                    | Verb::Routes
                    | Verb::FansOut
                    | Verb::Sends
                    | Verb::Reads
                    | Verb::Writes
                    | Verb::Calls,
                )
                | None => (budgets[to].total + window, Some(to)),
            };
            if time > below || (next.is_none() && after.is_some()) {
                (below, next) = (time, after);
            }
        }
    }
    let whole: u64 = place.iter().map(|&member| own(graph, member)).sum();
    for &member in place {
        let own = own(graph, member);
        budgets[member] = Budget { own, total: whole + below, next, cycle, below };
    }
}

fn own(graph: &Graph<'_>, number: usize) -> u64 {
    let node = &graph.nodes()[number];
    node.descriptor().map_or(0, |kind| (kind.time)(node.facts))
}

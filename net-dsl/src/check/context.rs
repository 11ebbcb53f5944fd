//! What several rules look at, worked out once: deadlines and the paths they hold on.

use crate::{
    Bounded, Graph, GraphNode, Verb,
    entity::{DEADLINE, Kind, function, queue, schedule},
    link::BATCH_WINDOW,
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

/// The longest a path from an entity may take, as far as a deadline holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Budget {
    /// The entity's own part, in seconds.
    pub(crate) own: u64,
    /// Its own part and what follows.
    pub(crate) total: u64,
    /// Where the longest path goes on.
    pub(crate) next: Option<usize>,
    /// What follows, without its own part.
    below: u64,
}

/// What sets a function going, along whatever path.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StartedBy {
    /// Something that is not a clock.
    pub(crate) event: bool,
    /// The fastest schedule: its period in seconds, and the schedule.
    pub(crate) schedule: Option<(u64, usize)>,
}

/// The verbs by which one thing starts another.
const STARTS: [Verb; 5] = [Verb::Triggers, Verb::Routes, Verb::FansOut, Verb::Sends, Verb::Asks];

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
                    open.extend(nodes[number].out.iter().filter_map(|(to, link)| {
                        let goes_on =
                            STARTS.contains(&link.verb()) && own_deadline(&nodes[*to]).is_none();
                        goes_on.then_some(*to)
                    }));
                }
            }
            held
        })
    }

    /// How long a path from each entity may take. A cycle counts once. O(n).
    pub(crate) fn budgets(&self) -> &[Budget] {
        self.budgets.get_or_init(|| {
            #[derive(Clone, Copy, PartialEq)]
            enum State {
                New,
                Open,
                Done,
            }
            let nodes = self.graph.nodes();
            let mut budgets = vec![Budget::default(); nodes.len()];
            let mut states = vec![State::New; nodes.len()];
            let mut stack = Vec::new();
            for root in 0..nodes.len() {
                stack.push(root);
                while let Some(&number) = stack.last() {
                    match states[number] {
                        State::New => {
                            states[number] = State::Open;
                            stack.extend(
                                path_on(self.graph, number)
                                    .map(|(to, _)| to)
                                    .filter(|&to| states[to] == State::New),
                            );
                        }
                        State::Open => {
                            let done = |to: &usize| states[*to] == State::Done;
                            budgets[number] = budget(self.graph, number, &budgets, done);
                            states[number] = State::Done;
                            stack.pop();
                        }
                        State::Done => {
                            stack.pop();
                        }
                    }
                }
            }
            budgets
        })
    }

    /// What sets each entity going. O(n log n).
    pub(crate) fn started_by(&self) -> &[StartedBy] {
        self.triggers.get_or_init(|| {
            let nodes = self.graph.nodes();
            let mut started = vec![StartedBy::default(); nodes.len()];
            let mut schedules = Vec::new();
            let mut open = Vec::new();
            for (number, node) in nodes.iter().enumerate() {
                match node.kind {
                    Some(Kind::Schedule) => schedules.extend(period(node).map(|at| (at, number))),
                    Some(Kind::HttpApi | Kind::AlexaSkill | Kind::Table) => open.push(number),
                    _ => {}
                }
            }
            let follow = |number: usize| {
                nodes[number]
                    .out
                    .iter()
                    .filter(|(_, link)| STARTS.contains(&link.verb()))
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
        let mut path = vec![from];
        while let Some(next) = budgets[path[path.len() - 1]].next {
            if path.contains(&next) {
                break;
            }
            path.push(next);
        }
        path
    }
}

pub(crate) fn own_deadline(node: &GraphNode<'_>) -> Option<u64> {
    node.facts.get(DEADLINE).map(Bounded::get)
}

/// The shortest time between two ticks, in seconds; at the least what a cron expression promises.
pub(crate) fn period(node: &GraphNode<'_>) -> Option<u64> {
    match (node.facts.get(schedule::RATE), node.facts.get(schedule::CRON)) {
        (Some(rate), _) => Some(rate.get()),
        (None, Some(cron)) => Some(schedule::shortest_gap(&cron)),
        (None, None) => None,
    }
}

/// The links along which a deadline goes on from an entity.
fn path_on<'a>(
    graph: &'a Graph<'_>,
    number: usize,
) -> impl Iterator<Item = (usize, &'a crate::Link)> {
    graph.nodes()[number].out.iter().copied().filter(|(to, link)| {
        STARTS.contains(&link.verb()) && own_deadline(&graph.nodes()[*to]).is_none()
    })
}

fn budget(
    graph: &Graph<'_>,
    number: usize,
    budgets: &[Budget],
    done: impl Fn(&usize) -> bool,
) -> Budget {
    let node = &graph.nodes()[number];
    let own = match node.kind {
        Some(Kind::Function) => function::timeout(node.facts),
        Some(Kind::Queue | Kind::FifoQueue) => node.facts.get(queue::DELAY).map_or(0, Bounded::get),
        _ => 0,
    };
    let mut best = Budget { own, total: own, next: None, below: 0 };
    for (to, link) in path_on(graph, number).filter(|(to, _)| done(to)) {
        let window = link.facts().get(BATCH_WINDOW).map_or(0, Bounded::get);
        // Who asks waits inside its own timeout; only what the other starts comes on top.
        let below = match link.verb() {
            Verb::Asks => budgets[to].below,
            _ => budgets[to].total + window,
        };
        let next = if link.verb() == Verb::Asks { budgets[to].next } else { Some(to) };
        if below > best.below || (best.next.is_none() && next.is_some()) {
            best = Budget { own, total: own + below, next, below };
        }
    }
    best
}

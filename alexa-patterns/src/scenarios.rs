//! All sums of the bricks: each way to carry out directives, each way to hear what has become of them, with
//! grants in the cloud and at home.

use crate::{
    adaptive_poll, async_processor, dispatcher, dispatcher_at_home, entrypoint, entrypoint_at_home,
    optimistic_processor, polling_event_processor, push_gateway, sync_processor, waiting_poll,
};
use net_dsl::{Name, Network};

/// A sum of bricks, by what each of them is there for.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name, as in `async-push-home`.
    pub name: Name,
    /// The bricks, in the order in which they are added, by the names of their functions in Rust.
    pub terms: Vec<&'static str>,
    /// The sum.
    pub network: Network,
}

/// A brick that takes a place in the sums, and how scenarios with it are called.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// What scenarios with it have in their names.
    pub word: &'static str,
    /// The name of the function.
    pub function: &'static str,
    /// The brick.
    pub brick: fn() -> Network,
}

const fn term(word: &'static str, function: &'static str, brick: fn() -> Network) -> Term {
    Term { word, function, brick }
}

/// Processors for an API that accepts now and acts later: each can take another's place.
pub const PROCESSORS: [Term; 2] = [
    term("async", "async_processor", async_processor),
    term("optimistic", "optimistic_processor", optimistic_processor),
];

/// Ways to hear what has become of a request: each can take another's place.
pub const SOURCES: [Term; 4] = [
    term("push", "push_gateway", push_gateway),
    term("clock", "polling_event_processor", polling_event_processor),
    term("waiting", "waiting_poll", waiting_poll),
    term("adaptive", "adaptive_poll", adaptive_poll),
];

/// Entrypoints, by where grants are: each can take another's place.
pub const ENTRYPOINTS: [Term; 2] = [
    term("cloud", "entrypoint", entrypoint),
    term("home", "entrypoint_at_home", entrypoint_at_home),
];

/// Dispatchers, by where grants are, in the order of [`ENTRYPOINTS`].
pub const DISPATCHERS: [Term; 2] = [
    term("cloud", "dispatcher", dispatcher),
    term("home", "dispatcher_at_home", dispatcher_at_home),
];

/// All 18 sums.
///
/// ```
/// let scenarios = alexa_patterns::scenarios();
/// assert_eq!(scenarios.len(), 18);
/// assert!(scenarios.iter().all(|scenario| scenario.network.open_ends().is_empty()));
/// ```
pub fn scenarios() -> Vec<Scenario> {
    const SYNC: Term = term("sync", "sync_processor", sync_processor);
    let mut scenarios = Vec::new();
    for (entrypoint, dispatcher) in ENTRYPOINTS.into_iter().zip(DISPATCHERS) {
        let mut add = |between: &[Term]| {
            let words = between.iter().chain([&entrypoint]).map(|term| term.word);
            let words: Vec<_> = words.collect();
            let terms = [&entrypoint].into_iter().chain(between).chain([&dispatcher]);
            scenarios.push(Scenario {
                name: Name::new(&words.join("-")).expect("words and hyphens make a name"),
                terms: terms.clone().map(|term| term.function).collect(),
                network: terms.map(|term| (term.brick)()).sum(),
            });
        };
        add(&[SYNC]);
        for processor in PROCESSORS {
            for source in SOURCES {
                add(&[processor, source]);
            }
        }
    }
    scenarios
}

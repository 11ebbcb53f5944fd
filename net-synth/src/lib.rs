//! From a network to what AWS runs: check, plan, emit.
//!
//! [`run`] is the whole `main` of a program that declares a network. The steps it takes are there
//! for others too:
//!
//! ```
//! use net_dsl::{Graph, prelude::*};
//! use net_synth::{Plan, check, emit};
//!
//! # contract! { pub Task: Tick => () {} }
//! # let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
//! # let task = Function::<Task>::builder().name(name!("task")).code(binary!("task")).build();
//! let network = Network::from(clock.triggers(&task));
//! let graph = Graph::new(&network);
//! let plan = Plan::new(&name!("chores"), &graph);
//! assert!(check::check(&plan, &graph).is_empty());
//! let template = emit::cloudformation(&plan);
//! # assert!(template.contains("TaskFunction"));
//! ```

// Where a match depends on a kind or a verb, a new one has to be answered before it compiles.
#![deny(clippy::wildcard_enum_match_arm)]

pub mod check;
mod cli;
pub mod diff;
pub mod emit;
mod output;
pub mod plan;
pub mod report;
mod schema;

pub use cli::{Answer, run, run_with};
pub use plan::Plan;

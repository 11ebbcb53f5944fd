//! Runs a serverless network on one machine.
//!
//! - In a test, in virtual time: [`start`] takes a network and its handlers, and [`Local`] pulls triggers,
//!   reads queues and tables, and tells where every message went.
//! - In a simulation, under faults: [`simulate`] does the same for thousands of seeds.
//! - As processes: [`Function`] runs a function's binary as Lambda would.
//! - On the desk, with the feature `dev`: a `dev::Server` runs all of it in real time, as `synth dev` does.
//!
//! ```no_run
//! use net_local::{Answer, Function};
//! use std::time::Duration;
//!
//! # async fn example() -> std::io::Result<()> {
//! let binary = "target/debug/alexa-dispatcher";
//! let function = Function::start("dispatcher", binary, [("NET_TABLE_GRANT", "grants")]).await?;
//! match function.invoke(r#"{ "Records": [] }"#, Duration::from_secs(3)).await {
//!     Answer::Response(json) => println!("{json}"),
//!     other => println!("{other:?}, after {:#?}", function.log()),
//! }
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "dev")]
pub mod dev;
mod engine;
mod fault;
mod function;
mod runtime_api;
mod service;
mod simulate;
mod story;
mod test;
mod time;

pub use fault::{Fault, Faults, Injected, InvalidFault};
pub use function::Function;
pub use runtime_api::Answer;
pub use simulate::{Counterexample, Happened, Moment, Report, Simulation, simulate};
pub use story::Story;
pub use test::{BucketView, DeadLetter, Local, QueueView, Request, StartError, TableView, start};

//! Runs the functions of a serverless network on one machine, as Lambda would.
//!
//! A function's binary asks a server for events over HTTP and posts its answers there: Lambda's
//! runtime API. [`Function`] is such a server and such a process.
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

mod function;
mod runtime_api;

pub use function::Function;
pub use runtime_api::Answer;

//! What a handler of a serverless network runs on.
//!
//! A handler is an async function from its contract's input to its contract's output. What else it
//! may use is in the contract too, and the [`Context`] offers nothing more: `context.send(message)`
//! compiles only if the contract sends such a message. Where that message goes, and by which
//! transport, the network says.
//!
//! ```
//! use net_dsl::prelude::*;
//! use net_runtime::{BoxError, Context, Handler, Memory, Runtime};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! pub struct Order { dish: String }
//! #[derive(Serialize, Deserialize)]
//! pub struct Ticket { number: u32 }
//! messages! { Order, Ticket }
//!
//! contract! {
//!     /// Turns orders into tickets for the kitchen.
//!     pub Waiter: Order => () { sends Ticket }
//! }
//!
//! struct TakeOrders;
//!
//! impl Handler<Waiter> for TakeOrders {
//!     async fn handle(&self, order: Order, context: &Context<Waiter>) -> Result<(), BoxError> {
//!         context.send(&Ticket { number: order.dish.len() as u32 }).await?;
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let memory = Memory::new();
//! let bindings = [("NET_SENDS_TICKET", "sqs:tickets")];
//! let runtime = Runtime::<Waiter>::new(memory.clone(), bindings)?;
//! runtime.invoke(&TakeOrders, serde_json::json!({ "dish": "soup" })).await?;
//! assert_eq!(memory.sent("sqs:tickets")[0]["number"], 4);
//! # Ok(())
//! # }
//! ```
//!
//! With feature `aws`, `run` is the whole `main` of a function's binary: it takes events from Lambda
//! and uses SQS, SNS, DynamoDB, Lambda and Secrets Manager. Without it nothing of AWS is compiled.

mod backend;
mod bindings;
mod capability;
mod context;
mod error;
mod event;
mod handler;
mod input;
mod once;
pub mod rules;
mod runtime;
mod secrets;
mod service;
mod slots;
mod time;

#[cfg(feature = "aws")]
mod lambda;
#[cfg(feature = "aws")]
mod log;

#[cfg(feature = "aws")]
pub use backend::aws::Aws;
pub use backend::{Answer, Backend, memory::Memory};
pub use bindings::{Unbound, UnboundNeed};
pub use capability::{
    bucket::{
        BucketAccess, Buckets, Listed, ObjectBody, ObjectInfo, Presign, PresignedMethod, WrittenAs,
    },
    clock::Clock,
    http::{CallError, Called, ServiceRequest, Services},
    invocation::Invocations,
    message::{Messages, Parcel},
    random::Randomness,
    secret::SecretStore,
    table::{
        Act, AttributeValue, Attributes, Condition, KeyValue, KeyValues, Operand, Page, Read,
        Schema, TableAccess, Tables, Update, Write, Written,
    },
};
pub use context::{AskedUnder, Context, Pending, SentUnder};
pub use error::{BoxError, Failure, Retry};
pub use handler::Handler;
#[cfg(feature = "aws")]
pub use lambda::run;
pub use once::InProgress;
pub use runtime::{Invocation, Runtime};
pub use secrecy::{ExposeSecret, SecretString};
pub use service::ServiceClient;

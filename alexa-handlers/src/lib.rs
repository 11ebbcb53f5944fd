//! The handlers of an Alexa Smart Home back end, for any manufacturer's API.
//!
//! A skill's author implements [`DeviceCloud`], which maps Alexa's directives to a manufacturer's
//! HTTP API, and is done: everything else – grants, tokens, deferral, deadlines, races between the
//! manufacturer's answers, Alexa's event gateway – is here. [`acme`] is a whole implementation.
//!
//! Each handler is held to its contract in [`alexa_patterns::contract`]; [`run`] has the whole `main`
//! of each function's binary.

pub mod acme;
mod adaptive_watcher;
mod answer;
mod cloud;
mod dispatcher;
mod entrypoint;
mod fault;
mod gateway;
mod grants;
mod http;
mod judge;
mod login;
mod look;
mod optimistic_requester;
mod poller;
mod promise;
mod promise_checker;
mod receiver;
mod requester;
mod responder;
#[cfg(feature = "aws")]
pub mod run;
mod sync_processor;
mod watcher;

pub use adaptive_watcher::{AdaptiveLookStarter, AdaptiveWatcher};
pub use cloud::{Account, Api, DeviceCloud, Order, Outcome, PushRefused, User};
pub use dispatcher::Dispatcher;
pub use entrypoint::Entrypoint;
pub use fault::Fault;
pub use http::read_json;
pub use optimistic_requester::OptimisticRequester;
pub use poller::Poller;
pub use promise_checker::PromiseChecker;
pub use receiver::Receiver;
pub use requester::Requester;
pub use responder::Responder;
pub use sync_processor::SyncProcessor;
pub use watcher::{LookStarter, Watcher};

//! The bricks of an Alexa Smart Home back end.
//!
//! Three networks out of six bricks; which one depends on the manufacturer's HTTP API:
//!
//! ```
//! use alexa_patterns::*;
//!
//! // The API answers with the new state.
//! let sync = entrypoint() + sync_processor() + dispatcher();
//! // The API accepts a request and pushes the new state later.
//! let push = entrypoint() + async_processor() + push_gateway() + dispatcher();
//! // The API accepts a request and has to be asked again.
//! let polling = entrypoint() + async_processor() + polling_event_processor() + dispatcher();
//!
//! for network in [sync, push, polling] {
//!     assert!(network.open_ends().is_empty());
//! }
//! ```
//!
//! Each term can be replaced by another that has the same open ends:
//!
//! | instead of | | when |
//! |---|---|---|
//! | [`async_processor`] | [`optimistic_processor`] | an early answer is worth a later correction |
//! | [`polling_event_processor`] | [`waiting_poll`], [`adaptive_poll`] | answers are to be in time |
//! | [`entrypoint`], [`dispatcher`] | [`entrypoint_at_home`], [`dispatcher_at_home`] | tokens are to be kept at home |
//!
//! [`message`] holds what travels, [`interface`] what devices can do and tell, [`contract`] what each function is held to, [`shared`] the
//! entities that bricks have in common: the studs by which they join.

mod bricks;
pub mod contract;
pub mod interface;
pub mod message;
pub mod scenarios;
pub mod shared;

pub use bricks::{
    adaptive_poll::adaptive_poll,
    async_processor::async_processor,
    dispatcher::dispatcher,
    entrypoint::entrypoint,
    home::{dispatcher_at_home, entrypoint_at_home},
    optimistic_processor::optimistic_processor,
    polling_event_processor::polling_event_processor,
    push_gateway::push_gateway,
    sync_processor::sync_processor,
    waiting_poll::waiting_poll,
};
pub use scenarios::scenarios;

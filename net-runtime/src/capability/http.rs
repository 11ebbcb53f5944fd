//! Requests to services outside of the network.

mod client;
mod port;
mod request;

pub(crate) use client::{client, is_local};
pub use port::{CallError, Called, Services};
pub use request::ServiceRequest;

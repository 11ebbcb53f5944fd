//! Messages that are handed over, by queue, topic or invocation.

#[cfg(feature = "aws")]
mod aws;
mod event;
#[cfg(feature = "aws")]
mod event_bus;
pub(crate) mod memory;
mod port;
pub(crate) mod rules;

pub use port::{Messages, Parcel};

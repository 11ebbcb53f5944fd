//! Functions that are asked, and waited for.

#[cfg(feature = "aws")]
mod aws;
pub(crate) mod memory;
mod port;

pub use port::Invocations;

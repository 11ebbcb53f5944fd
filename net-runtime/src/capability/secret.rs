//! Secrets by ARN.

#[cfg(feature = "aws")]
mod aws;
pub(crate) mod memory;
mod port;

pub use port::SecretStore;

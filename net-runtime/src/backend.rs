//! What carries out what a context offers: AWS, or memory.

#[cfg(feature = "aws")]
pub(crate) mod aws;
pub(crate) mod memory;

use crate::{
    Buckets, Clock, Failure, Invocations, Messages, Randomness, SecretStore, Services, Tables,
};
use std::pin::Pin;

/// A future of a back end.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// What carries out what a context offers: whatever has every port.
///
/// Values have passed the contract already; a back end moves them and decides nothing.
pub trait Backend:
    Messages
    + Invocations
    + Tables
    + Buckets
    + SecretStore
    + Services
    + Clock
    + Randomness
    + Send
    + Sync
    + 'static
{
}

impl<B> Backend for B where
    B: Messages
        + Invocations
        + Tables
        + Buckets
        + SecretStore
        + Services
        + Clock
        + Randomness
        + Send
        + Sync
        + 'static
{
}

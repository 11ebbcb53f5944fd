//! What carries out what a context offers: AWS, or memory.

#[cfg(feature = "aws")]
pub(crate) mod aws;
pub(crate) mod memory;

use crate::{Failure, Page, Read, Schema, Write, Written};
use net_dsl::binding::Address;
use secrecy::SecretString;
use serde_json::Value;
use std::{pin::Pin, time::SystemTime};

/// A future of a back end.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// What carries out what a context offers.
///
/// Values have passed the contract already; a back end moves them and decides nothing.
pub trait Backend: Send + Sync + 'static {
    /// Hands a message over.
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()>;

    /// Invokes a function and waits for what it answers, as JSON.
    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value>;

    /// Reads items.
    fn read<'a>(&'a self, table: &'a str, schema: Schema, read: Read) -> Answer<'a, Page>;

    /// Writes an item, or says what is there instead. One attempt: [`Failure::Temporary`] means that it
    /// may have been applied.
    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written>;

    /// The value of the secret of an ARN.
    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString>;

    /// What time it is.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A message on its way, and what travels with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    /// The message as JSON.
    pub body: String,
    /// The group inside which a FIFO queue keeps order.
    pub group: Option<String>,
    /// When the work that it is part of must be done, in milliseconds since 1970.
    pub deadline: Option<u64>,
    /// What ties together everything that one event caused.
    pub correlation: String,
    /// By which a receiver knows that it has the message already: 64 hexadecimal digits, which a
    /// repeated run makes again, and which are different for each message that a run sends. A FIFO
    /// queue's deduplication id.
    pub id: String,
}

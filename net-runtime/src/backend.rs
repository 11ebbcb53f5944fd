//! What carries out what a context offers: AWS, or memory.

#[cfg(feature = "aws")]
pub(crate) mod aws;
pub(crate) mod memory;

use crate::{Condition, Failure, Update};
use net_dsl::binding::Address;
use secrecy::SecretString;
use serde_json::{Map, Value};
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
    fn read<'a>(&'a self, table: &'a str, read: Read) -> Answer<'a, Page>;

    /// Writes an item; none if the condition did not hold, otherwise the item as it is now, empty if
    /// it is gone.
    fn write<'a>(&'a self, table: &'a str, write: Write) -> Answer<'a, Option<Map<String, Value>>>;

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

/// The values of an item's key attributes, by name.
pub type Keys = Map<String, Value>;

/// Which items to read.
#[derive(Clone, Debug)]
pub enum Read {
    /// The one of a key.
    Item {
        /// All key attributes.
        keys: Keys,
    },
    /// Those of a partition, in order of the sort key.
    Partition {
        /// The partition key.
        keys: Keys,
        /// Where the last page ended.
        after: Option<Keys>,
    },
    /// All.
    Table {
        /// Where the last page ended.
        after: Option<Keys>,
    },
}

/// Items read, and where to go on.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The items.
    pub items: Vec<Map<String, Value>>,
    /// Where the next page starts, if there is one.
    pub next: Option<Keys>,
}

/// What to write, and on which condition.
#[derive(Clone, Debug)]
pub enum Write {
    /// A whole item.
    Put {
        /// The item.
        item: Map<String, Value>,
        /// The names of its key attributes.
        keys: Vec<&'static str>,
        /// What must hold of the item there.
        condition: Condition,
    },
    /// Some attributes of an item.
    Update {
        /// All key attributes.
        keys: Keys,
        /// What changes.
        update: Update,
        /// What must hold of the item there.
        condition: Condition,
    },
    /// Nothing any more.
    Delete {
        /// All key attributes.
        keys: Keys,
        /// What must hold of the item there.
        condition: Condition,
    },
}

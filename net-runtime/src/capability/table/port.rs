//! What a back end does with tables.

use super::{Attributes, Condition, Update};
use crate::Answer;
use net_dsl::{Item, Key};

/// Tables of items.
pub trait Tables {
    /// Reads items.
    fn read<'a>(&'a self, table: &'a str, schema: Schema, read: Read) -> Answer<'a, Page>;

    /// Writes an item, or says what is there instead. One attempt:
    /// [`Failure::Temporary`](crate::Failure::Temporary) means that it may have been applied.
    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written>;
}

/// The keys of a table, as its item declares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The partition key.
    pub partition: Key,
    /// The sort key, if there is one.
    pub sort: Option<Key>,
}

impl Schema {
    /// The keys of the table of items `T`.
    pub fn of<T: Item>() -> Schema {
        Schema { partition: T::PARTITION, sort: T::SORT }
    }

    /// The keys, the partition key first.
    pub fn keys(self) -> impl Iterator<Item = Key> {
        std::iter::once(self.partition).chain(self.sort)
    }
}

/// Which items to read.
#[derive(Clone, Debug)]
pub enum Read {
    /// The one of a key.
    Item {
        /// All key attributes.
        keys: Attributes,
    },
    /// Those of a partition, in order of the sort key.
    Partition {
        /// The partition key.
        keys: Attributes,
        /// Where the last page ended.
        after: Option<Attributes>,
    },
    /// All.
    Table {
        /// Where the last page ended.
        after: Option<Attributes>,
    },
}

/// Items read, and where to go on.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The items.
    pub items: Vec<Attributes>,
    /// Where the next page starts, if there is one.
    pub next: Option<Attributes>,
}

/// One attempt to write an item.
#[derive(Clone, Debug)]
pub struct Write {
    /// What becomes of the item.
    pub act: Act,
    /// What must hold of the item there.
    pub condition: Condition,
}

/// What becomes of an item.
#[derive(Clone, Debug)]
pub enum Act {
    /// It is this, whatever it was.
    Put {
        /// The item.
        item: Attributes,
    },
    /// Some of its attributes change; it is made if it is not there.
    Update {
        /// All key attributes.
        keys: Attributes,
        /// What changes.
        update: Update,
    },
    /// It is gone.
    Delete {
        /// All key attributes.
        keys: Attributes,
        /// Who deletes. A deleted item cannot say whose hand it was: a back end remembers for some
        /// minutes that this hand has deleted, and answers the same when it is asked again.
        hand: Option<String>,
    },
}

/// What came of an attempt to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// It is written; the item as it is now, empty if it is gone.
    Applied(Attributes),
    /// The condition did not hold; the item that is there, if there is one.
    Refused(Option<Attributes>),
}

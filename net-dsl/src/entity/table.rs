//! Tables: items found by key.

use super::{
    Descriptor, GivenRemoval, Handle, Holds, Kind, REMOVAL, Removal, Shape, Starts, by_message,
    handle_impls, no_time, typed,
};
use crate::{
    Item, Key, Name, Payload, Setting, Verb,
    contract::check_item,
    facts::{Attribute, Facts, Scalar, Value},
    given::GivenName,
    link::{Source, Store, Streamed},
    property::{self, Makes},
    reference::{HasArn, Refers},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use smol_str::SmolStr;
use std::{convert::identity, marker::PhantomData};
use typed_builder::TypedBuilder;

/// The partition key.
pub const PARTITION: Attribute<TableKey> = Attribute::new("partition");
/// The sort key, or that there is none.
pub const SORT: Attribute<Option<TableKey>> = Attribute::new("sort");
/// The attribute with the second after which an item may vanish, or that there is none.
pub const EXPIRES: Setting<Option<SmolStr>, Option<SmolStr>> =
    Setting::new("expires", "table/TimeToLiveSpecification/AttributeName", identity, |name| {
        Some(name.as_str().map(SmolStr::new))
    });
/// Whether changes are streamed.
pub const STREAM: Attribute<bool> = Attribute::new("stream");
/// The property with what a record of the stream has.
pub(crate) const STREAM_VIEW: &str = "table/StreamSpecification/StreamViewType";
/// Whether the table can be put back to any second of the last 35 days; on unless set.
pub const POINT_IN_TIME_RECOVERY: Setting<bool, bool> = Setting::switch(
    "point-in-time-recovery",
    "table/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled",
);

/// A key attribute as a table has it: one value, so that the same name with another type is another
/// key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableKey {
    /// The attribute's name.
    pub name: SmolStr,
    /// DynamoDB's letter for its type: `S`, `N` or `B`.
    pub key_type: SmolStr,
}

impl From<Key> for TableKey {
    fn from(key: Key) -> TableKey {
        TableKey {
            name: SmolStr::new_static(key.name()),
            key_type: SmolStr::new_static(key.key_type().letter()),
        }
    }
}

impl Scalar for TableKey {
    fn store(self) -> Value {
        Value::json(&json!({ "name": self.name.as_str(), "type": self.key_type.as_str() }))
    }

    fn load(value: &Value) -> Option<TableKey> {
        let json = value.to_json();
        let text = |key: &str| json.get(key)?.as_str().map(SmolStr::new);
        Some(TableKey { name: text("name")?, key_type: text("type")? })
    }
}

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "table",
    article: "a table",
    suffixes: &["Table"],
    shape: Shape::Cylinder,
    holds: Holds::Data,
    starts: Starts::Outside,
    permitted: false,
    unattended: true,
    provides: &[Verb::Reads, Verb::Writes],
    is_typed: by_message,
    unlinked: None,
    time: no_time,
};

/// A table of items `T`, deployed as a DynamoDB table billed per request.
///
/// Its keys and expiry are the item's. It outlives its stack unless `removal` says otherwise.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Grant;
/// # impl Item for Grant { const NAME: &'static str = "Grant"; const PARTITION: Key = Key::text("user"); }
/// let grants = Table::<Grant>::builder().name(name!("grants")).build();
/// assert_eq!(grants.name().to_string(), "grants");
/// ```
#[derive(TypedBuilder)]
pub struct Table<T: Item> {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// What becomes of the data when the stack drops the table; it is retained if unset.
    #[builder(default, setter(transform = |removal: impl GivenRemoval| Some(removal.given())))]
    removal: Option<Removal>,
    /// Whether the table can be put back to any second of the last 35 days; on if unset.
    #[builder(default, setter(strip_option))]
    point_in_time_recovery: Option<bool>,
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> T>,
}

handle_impls!(Table<T: Item> { name, removal, point_in_time_recovery });

impl<T: Item> Table<T> {
    /// The table's changes, as a source that triggers functions.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    ///
    /// # pub struct Grant;
    /// # impl Item for Grant { const NAME: &'static str = "Grant"; const PARTITION: Key = Key::text("user"); }
    /// contract! { pub Auditor: Change<Grant> => () {} }
    /// let grants = Table::<Grant>::builder().name(name!("grants")).build();
    /// let auditor = Function::<Auditor>::builder().name(name!("auditor")).build();
    /// let network = Network::from(grants.stream().triggers(&auditor));
    /// ```
    pub fn stream(&self) -> TableStream<T> {
        TableStream { table: self.clone() }
    }
}

impl<T: Item> Handle for Table<T> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        const { check_item::<T>() };
        typed::<T>(Kind::Table, &self.name, T::NAME)
            .with(PARTITION, T::PARTITION.into())
            .with(SORT, T::SORT.map(TableKey::from))
            .with(EXPIRES.attribute(), T::EXPIRES.map(SmolStr::new_static))
            .maybe(REMOVAL, self.removal)
            .maybe(POINT_IN_TIME_RECOVERY.attribute(), self.point_in_time_recovery)
    }
}

impl<T: Item> Store for Table<T> {
    type Item = T;
}

/// The changes of a table, made by [`Table::stream`].
#[derive(Clone, Debug)]
pub struct TableStream<T: Item> {
    table: Table<T>,
}

impl<T: Item> Handle for TableStream<T> {
    fn name(&self) -> &Name {
        self.table.name()
    }

    fn facts(&self) -> Facts {
        self.table.facts().with(STREAM, true)
    }
}

impl<T: Item> Source for TableStream<T> {
    type Payload = Change<T>;
    type Delivery = Streamed;
}

/// One change of an item `T`: what a function takes that a table's stream triggers.
///
/// `None` before is a new item, `None` after a deleted one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change<T> {
    /// The item before the change.
    pub before: Option<T>,
    /// The item after the change.
    pub after: Option<T>,
}

impl<T: Item> Payload for Change<T> {
    const NAME: &'static str = "Change";
}

impl<T: Item> Makes<property::dynamodb::Table> for Table<T> {
    const PART: &'static str = "table";
}

impl<T: Item> Refers for Table<T> {}

impl<T: Item> HasArn for Table<T> {}

//! Tables, as far as a contract allows.

use crate::{Backend, Failure, Keys, Pending, Read, Write};
use net_dsl::{Contract, Item, ReadsItem, WritesItem};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::marker::PhantomData;

/// The table of items `T`, for code under contract `C`.
///
/// Keys are given as one value, or as two where the item has a sort key: `get("ann")`,
/// `get(("ann", "lamp"))`. Every operation is one request, and fails temporarily if it is throttled.
pub struct TableAccess<'c, C, T> {
    backend: &'c dyn Backend,
    table: &'c str,
    typed: PhantomData<fn() -> (C, T)>,
}

impl<C, T> std::fmt::Debug for TableAccess<'_, C, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TableAccess({})", self.table)
    }
}

impl<'c, C: Contract, T: Item> TableAccess<'c, C, T> {
    pub(crate) fn new(backend: &'c dyn Backend, table: &'c str) -> TableAccess<'c, C, T> {
        TableAccess { backend, table, typed: PhantomData }
    }

    /// The item of a key, if there is one; read consistently.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be read or holds something else.
    pub fn get(&self, key: impl Into<KeyValues>) -> Pending<'_, Option<T>>
    where
        C: ReadsItem<T>,
        T: DeserializeOwned,
    {
        let read = Read::Item { keys: keys::<T>(key.into()) };
        Box::pin(async move {
            let page = self.backend.read(self.table, read).await?;
            page.items.into_iter().next().map(load).transpose()
        })
    }

    /// The items of a partition, in order of the sort key; all pages.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be read or holds something else.
    pub fn query(&self, partition: impl Into<Value>) -> Pending<'_, Vec<T>>
    where
        C: ReadsItem<T>,
        T: DeserializeOwned,
    {
        let keys: Keys = [(T::PARTITION.name().to_owned(), partition.into())].into_iter().collect();
        let read = move |after| Read::Partition { keys: keys.clone(), after };
        Box::pin(async move { self.pages(read).await?.into_iter().map(load).collect() })
    }

    /// All items, in no order; all pages. It reads the whole table.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be read or holds something else.
    pub fn scan(&self) -> Pending<'_, Vec<T>>
    where
        C: ReadsItem<T>,
        T: DeserializeOwned,
    {
        let read = |after| Read::Table { after };
        Box::pin(async move { self.pages(read).await?.into_iter().map(load).collect() })
    }

    async fn pages(
        &self,
        read: impl Fn(Option<Keys>) -> Read,
    ) -> Result<Vec<Map<String, Value>>, Failure> {
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let page = self.backend.read(self.table, read(after)).await?;
            items.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(items);
            }
        }
    }

    /// Stores an item, in place of one of the same key.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be written.
    pub fn put(&self, item: &T) -> Pending<'_, ()>
    where
        C: WritesItem<T>,
        T: Serialize,
    {
        let put = self.put_if(item, Condition::Always);
        Box::pin(async move { put.await.map(|_| ()) })
    }

    /// Stores an item if there is none of its key; whether it did.
    ///
    /// What makes a handler's work happen once although messages come at least once: only one of two
    /// runs with the same key is told `true`.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be written.
    pub fn put_new(&self, item: &T) -> Pending<'_, bool>
    where
        C: WritesItem<T>,
        T: Serialize,
    {
        self.put_if(item, Condition::Absent)
    }

    /// Stores an item if a condition holds of the one there; whether it did.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be written.
    pub fn put_if(&self, item: &T, condition: Condition) -> Pending<'_, bool>
    where
        C: WritesItem<T>,
        T: Serialize,
    {
        let write = put(item, condition);
        Box::pin(async move { Ok(self.write(write?).await?.is_some()) })
    }

    async fn write(&self, write: Write) -> Result<Option<Map<String, Value>>, Failure> {
        self.backend.write(self.table, write).await
    }

    /// Changes attributes of an item if a condition holds of it; the item as it is then, or none if
    /// the condition did not hold.
    ///
    /// Without a condition an item that is not there is made: guard with [`Condition::Exists`].
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be written or holds something else.
    pub fn update_if(
        &self,
        key: impl Into<KeyValues>,
        update: Update,
        condition: Condition,
    ) -> Pending<'_, Option<T>>
    where
        C: WritesItem<T>,
        T: DeserializeOwned,
    {
        let write = Write::Update { keys: keys::<T>(key.into()), update, condition };
        Box::pin(async move { self.write(write).await?.map(load).transpose() })
    }

    /// Deletes an item, if it is there.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be written.
    pub fn delete(&self, key: impl Into<KeyValues>) -> Pending<'_, ()>
    where
        C: WritesItem<T>,
    {
        let delete = self.delete_if(key, Condition::Always);
        Box::pin(async move { delete.await.map(|_| ()) })
    }

    /// Deletes an item if a condition holds of it; whether it did.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be written.
    pub fn delete_if(&self, key: impl Into<KeyValues>, condition: Condition) -> Pending<'_, bool>
    where
        C: WritesItem<T>,
    {
        let write = Write::Delete { keys: keys::<T>(key.into()), condition };
        Box::pin(async move { Ok(self.write(write).await?.is_some()) })
    }
}

fn put<T: Item + Serialize>(item: &T, condition: Condition) -> Result<Write, Failure> {
    let item = match serde_json::to_value(item) {
        Ok(Value::Object(item)) => item,
        Ok(_) => return Err(Failure::malformed(T::NAME, "an item is an object")),
        Err(error) => return Err(Failure::malformed(T::NAME, error)),
    };
    let sort = T::SORT.map(|key| key.name());
    let keys = std::iter::once(T::PARTITION.name()).chain(sort).collect();
    Ok(Write::Put { item, keys, condition })
}

fn keys<T: Item>(values: KeyValues) -> Keys {
    let sort = T::SORT.map(|key| key.name()).zip(values.sort);
    let partition = (T::PARTITION.name().to_owned(), values.partition);
    std::iter::once(partition).chain(sort.map(|(name, value)| (name.to_owned(), value))).collect()
}

fn load<T: Item + DeserializeOwned>(item: Map<String, Value>) -> Result<T, Failure> {
    serde_json::from_value(Value::Object(item)).map_err(|error| Failure::malformed(T::NAME, error))
}

/// The values of an item's keys.
#[derive(Clone, Debug)]
pub struct KeyValues {
    partition: Value,
    sort: Option<Value>,
}

impl From<&str> for KeyValues {
    fn from(partition: &str) -> KeyValues {
        KeyValues { partition: partition.into(), sort: None }
    }
}

impl From<String> for KeyValues {
    fn from(partition: String) -> KeyValues {
        partition.as_str().into()
    }
}

impl From<&String> for KeyValues {
    fn from(partition: &String) -> KeyValues {
        partition.as_str().into()
    }
}

impl From<u64> for KeyValues {
    fn from(partition: u64) -> KeyValues {
        KeyValues { partition: partition.into(), sort: None }
    }
}

impl<P: Into<Value>, S: Into<Value>> From<(P, S)> for KeyValues {
    fn from((partition, sort): (P, S)) -> KeyValues {
        KeyValues { partition: partition.into(), sort: Some(sort.into()) }
    }
}

/// What must hold of the item that is there for a write to happen.
///
/// ```
/// use net_runtime::Condition;
/// use serde_json::{Value, json};
///
/// let open = Condition::equals("status", "SENT").or(Condition::equals("status", "INTENT"));
/// assert!(open.holds(json!({ "status": "SENT" }).as_object()));
/// assert!(!open.holds(None));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Nothing.
    Always,
    /// There is no item.
    Absent,
    /// There is an item.
    Exists,
    /// An attribute has a value.
    Equals(String, Value),
    /// An attribute is a number below another.
    Below(String, Value),
    /// An attribute is not there.
    Lacks(String),
    /// Both hold.
    All(Box<Condition>, Box<Condition>),
    /// One holds at the least.
    Any(Box<Condition>, Box<Condition>),
}

impl Condition {
    /// An attribute has a value.
    pub fn equals(attribute: &str, value: impl Into<Value>) -> Condition {
        Condition::Equals(attribute.to_owned(), value.into())
    }

    /// An attribute is below a number.
    pub fn below(attribute: &str, number: impl Into<Value>) -> Condition {
        Condition::Below(attribute.to_owned(), number.into())
    }

    /// An attribute is not there.
    pub fn lacks(attribute: &str) -> Condition {
        Condition::Lacks(attribute.to_owned())
    }

    /// Both this and the other.
    pub fn and(self, other: Condition) -> Condition {
        Condition::All(Box::new(self), Box::new(other))
    }

    /// This or the other or both.
    pub fn or(self, other: Condition) -> Condition {
        Condition::Any(Box::new(self), Box::new(other))
    }

    /// Whether it holds of an item, or of there being none.
    pub fn holds(&self, item: Option<&Map<String, Value>>) -> bool {
        let get = |attribute: &String| item.and_then(|item| item.get(attribute));
        match self {
            Condition::Always => true,
            Condition::Absent => item.is_none(),
            Condition::Exists => item.is_some(),
            Condition::Equals(attribute, value) => get(attribute) == Some(value),
            Condition::Below(attribute, bound) => {
                matches!((get(attribute).and_then(Value::as_f64), bound.as_f64()),
                    (Some(number), Some(bound)) if number < bound)
            }
            Condition::Lacks(attribute) => get(attribute).is_none(),
            Condition::All(one, other) => one.holds(item) && other.holds(item),
            Condition::Any(one, other) => one.holds(item) || other.holds(item),
        }
    }
}

/// Which attributes of an item change.
///
/// ```
/// use net_runtime::Update;
///
/// let update = Update::set("status", "DONE").and_remove("request");
/// # let _ = update;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    pub(crate) set: Vec<(String, Value)>,
    pub(crate) remove: Vec<String>,
}

impl Update {
    /// Gives an attribute a value.
    pub fn set(attribute: &str, value: impl Into<Value>) -> Update {
        Update::default().and_set(attribute, value)
    }

    /// Gives another attribute a value.
    pub fn and_set(mut self, attribute: &str, value: impl Into<Value>) -> Update {
        self.set.push((attribute.to_owned(), value.into()));
        self
    }

    /// Takes an attribute away.
    pub fn and_remove(mut self, attribute: &str) -> Update {
        self.remove.push(attribute.to_owned());
        self
    }

    pub(crate) fn apply(&self, item: &mut Map<String, Value>) {
        for (attribute, value) in &self.set {
            item.insert(attribute.clone(), value.clone());
        }
        for attribute in &self.remove {
            item.remove(attribute);
        }
    }
}

//! Tables in a handler's hands.

use super::{
    Act, AttributeValue, Attributes, Condition, Operand, Read, Schema, Update, Write, Written,
    item::{self, PUT_BY, UPDATED_BY},
};
use crate::{Context, Failure, Pending};
use net_dsl::{Contract, Item, Number, ReadsItem, WritesItem};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    marker::PhantomData,
    sync::atomic::{AtomicBool, Ordering},
};

/// The table of items `T`, for code under contract `C`.
///
/// Keys are given as one value, or as two where the item has a sort key: `get("ann")`,
/// `get(("ann", "lamp"))`. A write that fails for the moment is tried again, as
/// [`Context::retry`] does, for as long as there is time.
///
/// # A reply that is lost
/// A write may be applied although its reply does not arrive; then it is tried again. A conditional write
/// knows its own hand, so that its own success does not come back as "no": an item says in the attribute
/// `$net-put` or `$net-update` who wrote it (readers and streams do not see these), and a conditional
/// deletion is a transaction with a token, which DynamoDB remembers for ten minutes. If a reply was lost and
/// somebody else has written the same item since, whether the write was applied cannot be known; the write
/// fails with [`Failure::Unknown`], and the message comes again.
/// Writes without a condition may be applied twice, the second time over what another wrote in between.
pub struct TableAccess<'c, C, T> {
    context: &'c Context<C>,
    table: &'c str,
    typed: PhantomData<fn() -> T>,
}

impl<C, T> std::fmt::Debug for TableAccess<'_, C, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TableAccess({})", self.table)
    }
}

impl<'c, C: Contract, T: Item> TableAccess<'c, C, T> {
    pub(crate) fn new(context: &'c Context<C>, table: &'c str) -> TableAccess<'c, C, T> {
        TableAccess { context, table, typed: PhantomData }
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
        let keys = keys::<T>(key.into());
        Box::pin(async move {
            let read = Read::Item { keys: keys? };
            let page = self.context.backend().read(self.table, Schema::of::<T>(), read).await?;
            page.items.into_iter().next().map(load).transpose()
        })
    }

    /// The items of a partition, in order of the sort key; all pages.
    ///
    /// Numbers are ordered by value, texts by their UTF-8 bytes, bytes as unsigned numbers.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be read or holds something else.
    pub fn query(&self, partition: impl Into<KeyValue>) -> Pending<'_, Vec<T>>
    where
        C: ReadsItem<T>,
        T: DeserializeOwned,
    {
        let KeyValue(partition) = partition.into();
        let keys = Attributes::from([(T::PARTITION.name().to_owned(), partition)]);
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
        read: impl Fn(Option<Attributes>) -> Read,
    ) -> Result<Vec<Attributes>, Failure> {
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let read = read(after);
            let page = self.context.backend().read(self.table, Schema::of::<T>(), read).await?;
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
    /// Only one of two that store the same key is told `true`. It says who came first, and not that the
    /// work was done: work that must be done once is given to [`Context::once`].
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
    /// [`Failure`], if the table cannot be written, or if it is [`Failure::Unknown`] whether it was.
    pub fn put_if(&self, item: &T, condition: Condition) -> Pending<'_, bool>
    where
        C: WritesItem<T>,
        T: Serialize,
    {
        let item = item::attributes(item, T::NAME);
        Box::pin(async move {
            // Where something is in the way of a new item, nobody has deleted or replaced ours.
            let is_known = condition == Condition::Absent;
            match self.put_or_see(item?, condition, is_known).await? {
                Written::Applied(_) => Ok(true),
                Written::Refused(_) => Ok(false),
            }
        })
    }

    /// The same, and what is there if the condition did not hold; `is_known` if nobody can have replaced
    /// the item once it was stored.
    pub(crate) async fn put_or_see(
        &self,
        mut item: Attributes,
        condition: Condition,
        is_known: bool,
    ) -> Result<Written, Failure> {
        expiry::<T>(item.get(T::EXPIRES.unwrap_or_default()))?;
        let hand = (!condition.is_always()).then(|| self.context.unique_id());
        if let Some(hand) = &hand {
            item.insert(PUT_BY.to_owned(), AttributeValue::S(hand.clone()));
        }
        self.write(Write { act: Act::Put { item }, condition }, hand, PUT_BY, is_known).await
    }

    /// Changes attributes of an item if a condition holds of it; the item as it is then, or none if
    /// the condition did not hold.
    ///
    /// Without a condition an item that is not there is made: guard with [`Condition::Exists`].
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be written or holds something else, or if it is
    /// [`Failure::Unknown`] whether it was written.
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
        let keys = keys::<T>(key.into());
        Box::pin(async move {
            let (keys, mut update) = (keys?, update);
            for (name, Operand(value)) in &update.set {
                if Some(name.as_str()) == T::EXPIRES {
                    expiry::<T>(value.as_ref().ok())?;
                }
            }
            let hand = (!condition.is_always()).then(|| self.context.unique_id());
            if let Some(hand) = &hand {
                update = update.and_set(UPDATED_BY, hand);
            }
            let write = Write { act: Act::Update { keys, update }, condition };
            match self.write(write, hand, UPDATED_BY, false).await? {
                Written::Applied(item) => load(item).map(Some),
                Written::Refused(_) => Ok(None),
            }
        })
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

    /// Deletes an item if a condition holds of it; whether it did. It costs two write units instead of one,
    /// being a transaction.
    ///
    /// # Errors
    /// [`Failure`], if the table cannot be written.
    pub fn delete_if(&self, key: impl Into<KeyValues>, condition: Condition) -> Pending<'_, bool>
    where
        C: WritesItem<T>,
    {
        let keys = keys::<T>(key.into());
        Box::pin(async move {
            let hand = (!condition.is_always()).then(|| self.context.unique_id());
            let write = Write { act: Act::Delete { keys: keys?, hand }, condition };
            match self.write(write, None, "", true).await? {
                Written::Applied(_) => Ok(true),
                Written::Refused(_) => Ok(false),
            }
        })
    }

    /// Writes, again if need be; `hand` is in attribute `by` of what it writes. A refusal after a lost
    /// reply is one's own success, or else another's if that `is_known`.
    async fn write(
        &self,
        write: Write,
        hand: Option<String>,
        by: &str,
        is_known: bool,
    ) -> Result<Written, Failure> {
        let lost = AtomicBool::new(false);
        let (write, lost) = (&write, &lost);
        let attempt = || async move {
            let schema = Schema::of::<T>();
            let written = self.context.backend().write(self.table, schema, write.clone()).await;
            lost.fetch_or(matches!(written, Err(Failure::Temporary(_))), Ordering::Relaxed);
            written
        };
        let there = match self.context.retry(attempt).await? {
            Written::Refused(there) => there,
            applied @ Written::Applied(_) => return Ok(applied),
        };
        let Some(hand) = hand else { return Ok(Written::Refused(there)) };
        match there {
            Some(item) if item.get(by) == Some(&AttributeValue::S(hand)) => {
                Ok(Written::Applied(item))
            }
            there if is_known || !lost.load(Ordering::Relaxed) => Ok(Written::Refused(there)),
            _ => {
                let text = format!(
                    "a reply of table `{}` was lost, and an item `{}` was written by others since",
                    self.table,
                    T::NAME
                );
                Err(Failure::Unknown(text.into()))
            }
        }
    }
}

impl KeyValues {
    /// The attributes by which an item `T` is found.
    ///
    /// # Errors
    /// [`Failure`], if there are more values or fewer than the item has keys.
    pub fn attributes<T: Item>(self) -> Result<Attributes, Failure> {
        keys::<T>(self)
    }
}

fn keys<T: Item>(values: KeyValues) -> Result<Attributes, Failure> {
    let mut keys = Attributes::from([(T::PARTITION.name().to_owned(), values.partition.0)]);
    match (T::SORT, values.sort) {
        (Some(key), Some(KeyValue(value))) => {
            keys.insert(key.name().to_owned(), value);
        }
        (None, None) => {}
        (Some(key), None) => {
            let why = format!("its key is two values, (…, …): `{}` is missing", key.name());
            return Err(Failure::malformed(T::NAME, why));
        }
        (None, Some(_)) => {
            let why =
                format!("its key is one value, `{}`: it has no sort key", T::PARTITION.name());
            return Err(Failure::malformed(T::NAME, why));
        }
    }
    Ok(keys)
}

fn load<T: Item + DeserializeOwned>(item: Attributes) -> Result<T, Failure> {
    item::load(item, T::NAME)
}

/// In seconds this is the year 5138; in milliseconds it is 1973.
const SECONDS: u64 = 100_000_000_000;

/// DynamoDB deletes nothing by an attribute that is no number of seconds, and does not say so ("Time to
/// live"). An item without one, or with null, stays.
fn expiry<T: Item>(value: Option<&AttributeValue>) -> Result<(), Failure> {
    let Some(name) = T::EXPIRES else { return Ok(()) };
    let wrong = match value {
        None | Some(AttributeValue::Null(_)) => return Ok(()),
        Some(AttributeValue::N(text)) => match text.parse::<Number>() {
            Ok(number) if number >= Number::from(SECONDS) => format!("is {number}, milliseconds?"),
            Ok(number) if number.to_string().parse::<u64>().is_err() => format!("is {number}"),
            Ok(_) => return Ok(()),
            Err(error) => error.to_string(),
        },
        Some(_) => "is no number".to_owned(),
    };
    let why = format!(
        "`{name}` is when the item may vanish, in whole seconds since 1970, and {wrong}; DynamoDB would \
         never delete it"
    );
    Err(Failure::malformed(T::NAME, why))
}

/// The value of one key: a text, a number or bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyValue(AttributeValue);

/// The values of an item's keys.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyValues {
    partition: KeyValue,
    sort: Option<KeyValue>,
}

macro_rules! key_values {
    ($($value:ty: $of:expr;)+) => {
        $(impl From<$value> for KeyValue {
            fn from(value: $value) -> KeyValue {
                let of: fn($value) -> AttributeValue = $of;
                KeyValue(of(value))
            }
        }

        impl From<$value> for KeyValues {
            fn from(value: $value) -> KeyValues {
                KeyValues { partition: value.into(), sort: None }
            }
        })+
    };
}

key_values! {
    &str: |text| AttributeValue::S(text.to_owned());
    String: AttributeValue::S;
    &String: |text| AttributeValue::S(text.clone());
    u32: |number| AttributeValue::N(number.to_string());
    u64: |number| AttributeValue::N(number.to_string());
    i32: |number| AttributeValue::N(number.to_string());
    i64: |number| AttributeValue::N(number.to_string());
    Number: |number| AttributeValue::N(number.to_string());
    &Number: |number| AttributeValue::N(number.to_string());
    &[u8]: |bytes| AttributeValue::B(bytes.to_vec());
    Vec<u8>: AttributeValue::B;
    &Vec<u8>: |bytes| AttributeValue::B(bytes.clone());
}

impl<const N: usize> From<&[u8; N]> for KeyValue {
    fn from(bytes: &[u8; N]) -> KeyValue {
        bytes.as_slice().into()
    }
}

impl<const N: usize> From<&[u8; N]> for KeyValues {
    fn from(bytes: &[u8; N]) -> KeyValues {
        bytes.as_slice().into()
    }
}

impl<P: Into<KeyValue>, S: Into<KeyValue>> From<(P, S)> for KeyValues {
    fn from((partition, sort): (P, S)) -> KeyValues {
        KeyValues { partition: partition.into(), sort: Some(sort.into()) }
    }
}

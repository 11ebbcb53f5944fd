//! Tables in memory, which refuse what DynamoDB refuses.

use super::{
    Act, Attributes, Condition, Page, Read, Schema, Tables, Write, Written, item,
    rules::{self, Row},
};
use crate::{Answer, Failure, Memory};
use net_dsl::Item;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The items of tables, by their names.
#[derive(Default)]
pub struct Rows {
    tables: HashMap<String, BTreeMap<Row, Attributes>>,
    /// Whose conditional deletions were carried out.
    deleted: HashSet<String>,
}

impl Rows {
    /// The items of a table, in order of key.
    pub fn items(&self, table: &str) -> Vec<Value> {
        let items = self.tables.get(table).into_iter().flat_map(BTreeMap::values);
        items.cloned().map(item::json).collect()
    }

    /// Every table's name, and its items as they are kept, in order of key.
    pub fn tables(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &Attributes>)> {
        self.tables.iter().map(|(name, rows)| (name.as_str(), rows.values()))
    }

    /// Reads items; all of them at once.
    ///
    /// # Errors
    /// What DynamoDB refuses, in its words.
    pub fn read(&self, table: &str, schema: Schema, read: Read) -> Result<Page, Failure> {
        let empty = BTreeMap::new();
        let rows = self.tables.get(table).unwrap_or(&empty);
        let items = match read {
            Read::Item { keys } => {
                rows.get(&rules::row_of_keys(schema, &keys)?).cloned().into_iter().collect()
            }
            Read::Partition { keys, .. } => {
                let partition = rules::partition(schema, &keys)?;
                let within = |row: &Row| row.first() == Some(&partition);
                let found = rows.range(vec![partition.clone()]..);
                found.take_while(|(row, _)| within(row)).map(|(_, item)| item.clone()).collect()
            }
            Read::Table { .. } => rows.values().cloned().collect(),
        };
        Ok(Page { items, next: None })
    }

    /// Writes an item, or says what is there instead.
    ///
    /// # Errors
    /// What DynamoDB refuses, in its words.
    pub fn write(&mut self, table: &str, schema: Schema, write: Write) -> Result<Written, Failure> {
        rules::condition(&write.condition)?;
        let row = match &write.act {
            Act::Put { item } => {
                rules::item(item)?;
                rules::row_of_item(schema, item)?
            }
            Act::Update { keys, update } => {
                rules::update(schema, update)?;
                rules::row_of_keys(schema, keys)?
            }
            Act::Delete { keys, hand } => {
                let row = rules::row_of_keys(schema, keys)?;
                if hand.as_ref().is_some_and(|hand| self.deleted.contains(hand)) {
                    return Ok(Written::Applied(Attributes::new()));
                }
                row
            }
        };
        let rows = self.tables.entry(table.to_owned()).or_default();
        let there = rows.get(&row);
        if !write.condition.holds(there) {
            return Ok(Written::Refused(there.cloned()));
        }
        let now = match write.act {
            Act::Put { item } => {
                rows.insert(row, item.clone());
                item
            }
            Act::Update { keys, update } => {
                let mut item = there.cloned().unwrap_or(keys);
                update.apply(&mut item);
                rules::updated(&item)?;
                rows.insert(row, item.clone());
                item
            }
            Act::Delete { hand, .. } => {
                rows.remove(&row);
                self.deleted.extend(hand);
                Attributes::new()
            }
        };
        Ok(Written::Applied(now))
    }
}

impl Memory {
    /// The items of a table as JSON, in order of key; bytes are lists of numbers.
    pub fn items(&self, table: &str) -> Vec<Value> {
        self.state().tables.items(table)
    }

    /// Stores an item in a table, in place of one of the same key.
    ///
    /// # Errors
    /// [`Failure`], if DynamoDB would refuse it.
    pub fn store<T: Item + Serialize>(&self, table: &str, item: &T) -> Result<(), Failure> {
        let act = Act::Put { item: item::attributes(item, T::NAME)? };
        let write = Write { act, condition: Condition::Always };
        self.state().tables.write(table, Schema::of::<T>(), write).map(|_| ())
    }
}

impl Tables for Memory {
    fn read<'a>(&'a self, table: &'a str, schema: Schema, read: Read) -> Answer<'a, Page> {
        self.answer(table, |state| state.tables.read(table, schema, read))
    }

    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written> {
        self.answer(table, |state| state.tables.write(table, schema, write))
    }
}

//! A back end in memory, for tests.

use super::{Answer, Backend, Keys, Page, Parcel, Read, Write};
use crate::{Failure, SecretString};
use net_dsl::binding::{Address, transport};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

type Item = Map<String, Value>;
type Function = Arc<dyn Fn(Value) -> Value + Send + Sync>;

/// A back end that keeps everything in memory; clones share it.
///
/// It knows no latency and loses nothing: what it is told to fail, fails.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    sent: Vec<(String, Parcel)>,
    tables: HashMap<String, BTreeMap<String, Item>>,
    secrets: HashMap<String, String>,
    functions: HashMap<String, Function>,
    failing: Vec<String>,
    ahead: Duration,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    /// An empty one.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// The messages sent to an address such as `sqs:orders`, oldest first.
    pub fn sent(&self, address: &str) -> Vec<Value> {
        let parcels = self.parcels(address);
        parcels
            .iter()
            .map(|parcel| serde_json::from_str(&parcel.body).unwrap_or_default())
            .collect()
    }

    /// The same with what travels along.
    pub fn parcels(&self, address: &str) -> Vec<Parcel> {
        let state = self.state();
        state
            .sent
            .iter()
            .filter(|(to, _)| to == address)
            .map(|(_, parcel)| parcel.clone())
            .collect()
    }

    /// The items of a table, in order of key.
    pub fn items(&self, table: &str) -> Vec<Value> {
        let state = self.state();
        let items = state.tables.get(table).into_iter().flat_map(BTreeMap::values);
        items.cloned().map(Value::Object).collect()
    }

    /// Gives a secret a value.
    pub fn set_secret(&self, arn: &str, value: &str) {
        self.state().secrets.insert(arn.to_owned(), value.to_owned());
    }

    /// Answers what a function is asked.
    pub fn set_function(&self, arn: &str, answer: impl Fn(Value) -> Value + Send + Sync + 'static) {
        self.state().functions.insert(arn.to_owned(), Arc::new(answer));
    }

    /// Makes everything about an address, table or ARN fail from now on, or work again.
    pub fn set_failing(&self, what: &str, failing: bool) {
        let mut state = self.state();
        state.failing.retain(|other| other != what);
        if failing {
            state.failing.push(what.to_owned());
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, time: Duration) {
        self.state().ahead += time;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock but a test that has failed already.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn answer<'a, T: Send + 'a>(
        &'a self,
        what: &str,
        work: impl FnOnce(&mut State) -> Result<T, Failure>,
    ) -> Answer<'a, T> {
        let mut state = self.state();
        let done = if state.failing.iter().any(|failing| failing == what) {
            Err(Failure::Temporary(format!("`{what}` was told to fail").into()))
        } else {
            work(&mut state)
        };
        Box::pin(std::future::ready(done))
    }
}

fn address_text(address: &Address) -> String {
    match address {
        Address::Queue(url) => format!("{}{url}", transport::QUEUE),
        Address::FifoQueue(url) => format!("{}{url}", transport::FIFO_QUEUE),
        Address::Topic(arn) => format!("{}{arn}", transport::TOPIC),
        Address::Function(arn) => format!("{}{arn}", transport::FUNCTION),
    }
}

/// Keys as a text that orders like them within a partition of texts.
fn row<'a>(names: impl IntoIterator<Item = &'a str>, item: &Item) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    let parts =
        names.iter().map(|name| format!("{name}={}", item.get(*name).unwrap_or(&Value::Null)));
    parts.collect::<Vec<_>>().join("\u{0}")
}

fn key_row(keys: &Keys) -> String {
    row(keys.keys().map(String::as_str), keys)
}

impl Backend for Memory {
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()> {
        let to = address_text(to);
        self.answer(&to.clone(), |state| {
            state.sent.push((to, parcel));
            Ok(())
        })
    }

    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value> {
        let found = self.state().functions.get(function).cloned();
        // The lock is free while the function runs: it may use the same memory.
        let body = serde_json::from_str(&parcel.body).unwrap_or_default();
        let answer = found.map(|function| function(body));
        self.answer(function, |_| {
            answer.ok_or_else(|| Failure::Permanent(format!("nothing answers `{function}`").into()))
        })
    }

    fn read<'a>(&'a self, table: &'a str, read: Read) -> Answer<'a, Page> {
        self.answer(table, |state| {
            let rows = state.tables.entry(table.to_owned()).or_default();
            let items = match read {
                Read::Item { keys } => rows.get(&key_row(&keys)).cloned().into_iter().collect(),
                Read::Partition { keys, .. } => {
                    let within =
                        |item: &&Item| keys.iter().all(|(key, value)| item.get(key) == Some(value));
                    rows.values().filter(within).cloned().collect()
                }
                Read::Table { .. } => rows.values().cloned().collect(),
            };
            Ok(Page { items, next: None })
        })
    }

    fn write<'a>(&'a self, table: &'a str, write: Write) -> Answer<'a, Option<Item>> {
        self.answer(table, |state| {
            let rows = state.tables.entry(table.to_owned()).or_default();
            let (row, condition) = match &write {
                Write::Put { item, keys, condition } => {
                    (row(keys.iter().copied(), item), condition)
                }
                Write::Update { keys, condition, .. } | Write::Delete { keys, condition } => {
                    (key_row(keys), condition)
                }
            };
            if !condition.holds(rows.get(&row)) {
                return Ok(None);
            }
            Ok(Some(match write {
                Write::Put { item, .. } => {
                    rows.insert(row, item.clone());
                    item
                }
                Write::Update { keys, update, .. } => {
                    let item = rows.entry(row).or_insert(keys);
                    update.apply(item);
                    item.clone()
                }
                Write::Delete { .. } => {
                    rows.remove(&row);
                    Item::new()
                }
            }))
        })
    }

    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString> {
        self.answer(arn, |state| match state.secrets.get(arn) {
            Some(secret) => Ok(SecretString::from(secret.clone())),
            None => Err(Failure::Permanent("there is no such secret".into())),
        })
    }

    fn now(&self) -> SystemTime {
        SystemTime::now() + self.state().ahead
    }
}

//! A back end in memory, for tests.

use super::{Answer, Backend, Parcel};
use crate::{
    Act, Condition, Failure, Page, Read, Schema, SecretString, Write, Written,
    capability::{
        message,
        table::{item, memory::Tables},
    },
};
use net_dsl::{
    Item,
    binding::{Address, transport},
};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

type Function = Arc<dyn Fn(Value) -> Value + Send + Sync>;

/// A back end that keeps everything in memory; clones share it.
///
/// It knows no latency and loses nothing: what it is told to fail, fails, and a reply is lost if it is told
/// to lose it. What SQS, SNS, Lambda and DynamoDB refuse, it refuses in their words, and it orders items as
/// DynamoDB does.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    sent: Vec<(String, Parcel)>,
    tables: Tables,
    secrets: HashMap<String, String>,
    functions: HashMap<String, Function>,
    failing: Vec<String>,
    losing: HashMap<String, usize>,
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

    /// Carries out the next calls about an address, table or ARN, and loses their replies: they
    /// fail as if the connection had been cut.
    pub fn lose_replies(&self, what: &str, calls: usize) {
        self.state().losing.insert(what.to_owned(), calls);
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
            let done = work(&mut state);
            match state.losing.get_mut(what) {
                Some(calls) if *calls > 0 => {
                    *calls -= 1;
                    Err(Failure::Temporary(format!("the reply of `{what}` was lost").into()))
                }
                _ => done,
            }
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

impl Backend for Memory {
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()> {
        let text = address_text(to);
        self.answer(&text.clone(), |state| {
            message::check(to, &parcel)?;
            state.sent.push((text, parcel));
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

    fn read<'a>(&'a self, table: &'a str, schema: Schema, read: Read) -> Answer<'a, Page> {
        self.answer(table, |state| state.tables.read(table, schema, read))
    }

    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written> {
        self.answer(table, |state| state.tables.write(table, schema, write))
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

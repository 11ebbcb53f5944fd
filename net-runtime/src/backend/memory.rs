//! A back end in memory, for tests: what all its ports have in common.

use super::Answer;
use crate::{
    Failure,
    capability::{bucket, invocation, message, secret, table},
};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

/// A back end that keeps everything in memory; clones share it.
///
/// It knows no latency and loses nothing: what it is told to fail, fails, and a reply is lost if it is told
/// to lose it. What SQS, SNS, Lambda and DynamoDB refuse, it refuses in their words, and it orders items as
/// DynamoDB does.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) messages: message::memory::Sent,
    pub(crate) tables: table::memory::Rows,
    pub(crate) buckets: bucket::memory::Objects,
    pub(crate) secrets: secret::memory::Values,
    pub(crate) functions: invocation::memory::Functions,
    pub(crate) ahead: Duration,
    failing: Vec<String>,
    losing: HashMap<String, usize>,
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

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock but a test that has failed already.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Does some work about an address, table or ARN, unless that was told to fail.
    pub(crate) fn answer<'a, T: Send + 'a>(
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
                Some(_) | None => done,
            }
        };
        Box::pin(std::future::ready(done))
    }
}

//! A back end in memory that counts its calls, and one of which goes wrong.

use net_dsl::binding::Address;
use net_runtime::{
    Answer, Buckets, Clock, Failure, Invocations, Memory, Messages, Page, Parcel, Randomness, Read,
    Schema, SecretStore, SecretString, Services, Tables, Write, Written,
};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::sync::Notify;

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fault {
    /// It is applied, and the connection ends before the reply.
    ReplyLost,
    /// The connection is reset before anything is done.
    Reset,
    /// The service fails inside, for a second.
    Status500,
    /// It is applied, and the reply ends in its middle.
    CutBody,
    /// There are too many requests for the moment.
    Throttled,
    /// It is applied, and the reply takes longer than the run.
    Slow,
    /// The run dies before it.
    KilledBefore,
    /// The run dies after it.
    KilledAfter,
    /// Something on the way sends it twice.
    Twice,
}

impl Fault {
    pub(crate) const ALL: [Fault; 9] = [
        Fault::ReplyLost,
        Fault::Reset,
        Fault::Status500,
        Fault::CutBody,
        Fault::Throttled,
        Fault::Slow,
        Fault::KilledBefore,
        Fault::KilledAfter,
        Fault::Twice,
    ];

    /// Whether the caller cannot know that it was applied, or it was applied more than once.
    pub(crate) fn is_ambiguous(self) -> bool {
        match self {
            Fault::ReplyLost | Fault::CutBody | Fault::Slow | Fault::KilledAfter | Fault::Twice => {
                true
            }
            Fault::Reset | Fault::Status500 | Fault::Throttled | Fault::KilledBefore => false,
        }
    }
}

/// Counts the calls of all functions, and spoils one.
#[derive(Clone, Default)]
pub(crate) struct Injector(Arc<State>);

#[derive(Default)]
struct State {
    inner: Mutex<Inner>,
    killed: Notify,
}

#[derive(Default)]
struct Inner {
    calls: Vec<String>,
    spoilt: Option<(usize, Fault)>,
    failing: Option<(String, SystemTime)>,
}

impl Injector {
    pub(crate) fn spoil(&self, call: usize, fault: Fault) {
        self.inner().spoilt = Some((call, fault));
    }

    /// What was called, as in `requester: write pending`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.inner().calls.clone()
    }

    /// Ends once a call has killed its run.
    pub(crate) async fn killed(&self) {
        self.0.killed.notified().await;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with the call that is made now.
    fn next(&self, call: String, now: SystemTime) -> Option<Fault> {
        let mut inner = self.inner();
        let number = inner.calls.len();
        inner.calls.push(call.clone());
        match inner.spoilt {
            Some((spoilt, fault)) if spoilt == number => {
                inner.failing = Some((call, now + Duration::from_secs(1)));
                Some(fault)
            }
            Some((_, fault @ Fault::Status500))
                if inner
                    .failing
                    .as_ref()
                    .is_some_and(|(failing, until)| *failing == call && now < *until) =>
            {
                Some(fault)
            }
            _ => None,
        }
    }

    async fn call<T>(
        &self,
        call: String,
        now: SystemTime,
        apply: impl Fn() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let failed = |why: &str| Err(Failure::Temporary(why.into()));
        match self.next(call, now) {
            None => apply(),
            Some(Fault::Reset) => failed("connection reset"),
            Some(Fault::Status500) => failed("status 500"),
            Some(Fault::Throttled) => failed("throttled"),
            Some(Fault::ReplyLost | Fault::CutBody) => {
                let _ = apply();
                failed("the reply was lost")
            }
            Some(Fault::Twice) => {
                let _ = apply();
                apply()
            }
            Some(Fault::Slow) => {
                let _ = apply();
                std::future::pending().await
            }
            Some(Fault::KilledBefore) => {
                self.0.killed.notify_one();
                std::future::pending().await
            }
            Some(Fault::KilledAfter) => {
                let _ = apply();
                self.0.killed.notify_one();
                std::future::pending().await
            }
        }
    }
}

/// The back end of one function.
pub(crate) struct Spoilt {
    pub(crate) function: &'static str,
    pub(crate) memory: Memory,
    pub(crate) injector: Injector,
}

impl Spoilt {
    fn call<'a, T: Send + 'a>(
        &'a self,
        call: String,
        apply: impl Fn() -> Answer<'a, T> + Send + 'a,
    ) -> Answer<'a, T> {
        let call = format!("{}: {call}", self.function);
        // What memory is asked for it has done at once.
        let apply = move || futures_util::FutureExt::now_or_never(apply()).expect("memory");
        Box::pin(async move { self.injector.call(call, self.memory.now(), apply).await })
    }
}

fn name(address: &Address) -> &str {
    match address {
        Address::Queue(name)
        | Address::FifoQueue(name)
        | Address::Topic(name)
        | Address::Bus(name)
        | Address::Function(name) => name,
    }
}

impl Buckets for Spoilt {}

impl Messages for Spoilt {
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()> {
        self.call(format!("send to {}", name(to)), move || self.memory.send(to, parcel.clone()))
    }
}

impl Invocations for Spoilt {
    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value> {
        self.call(format!("ask {function}"), move || self.memory.ask(function, parcel.clone()))
    }
}

impl Tables for Spoilt {
    fn read<'a>(&'a self, table: &'a str, schema: Schema, read: Read) -> Answer<'a, Page> {
        self.call(format!("read {table}"), move || self.memory.read(table, schema, read.clone()))
    }

    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written> {
        self.call(format!("write {table}"), move || self.memory.write(table, schema, write.clone()))
    }
}

impl SecretStore for Spoilt {
    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString> {
        self.call(format!("secret {arn}"), move || self.memory.secret(arn))
    }
}

impl Randomness for Spoilt {}

impl Services for Spoilt {}

impl Clock for Spoilt {
    fn now(&self) -> SystemTime {
        self.memory.now()
    }
}

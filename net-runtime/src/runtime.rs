//! Running a handler on events.

use crate::{
    Backend, BoxError, Context, Failure, Handler, Unbound,
    bindings::Bindings,
    event::{self, Event, Record},
    service::Secrets,
};
use futures_util::{FutureExt, future::join_all};
use net_dsl::{Contract, HttpResponse, InvalidRequest, Message};
use serde::{Deserialize as _, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    marker::PhantomData,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tracing::Instrument;

/// A contract's needs, bound, on a back end: what handlers of the contract run on.
pub struct Runtime<C> {
    shared: Arc<Shared>,
    contract: PhantomData<fn() -> C>,
}

pub(crate) struct Shared {
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) bindings: Bindings,
    /// Which function it is: two under one contract may be started by one event.
    pub(crate) function: String,
    /// How many invocations had no id of Lambda's.
    local: AtomicU64,
    pub(crate) secrets: Secrets,
}

impl<C: Contract> std::fmt::Debug for Runtime<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Runtime({})", C::NAME)
    }
}

/// One invocation, as Lambda tells it.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// By which the invocation is known.
    pub request_id: String,
    /// When the function is stopped.
    pub ends: SystemTime,
}

impl<C: Contract> Runtime<C> {
    /// A runtime whose bindings are given, as environment variables would be.
    ///
    /// # Errors
    /// [`Unbound`] names every need of the contract that is not bound, and what would bind it.
    pub fn new<K: Into<String>, V: Into<String>>(
        backend: impl Backend,
        bindings: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Runtime<C>, Unbound> {
        let bindings: HashMap<String, String> =
            bindings.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Runtime::bound(backend, |name| bindings.get(name).cloned())
    }

    /// A runtime whose bindings are the process's environment variables.
    ///
    /// # Errors
    /// [`Unbound`] names every need of the contract that is not bound, and what would bind it.
    pub fn from_environment(backend: impl Backend) -> Result<Runtime<C>, Unbound> {
        Runtime::bound(backend, |name| std::env::var(name).ok())
    }

    fn bound(
        backend: impl Backend,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Runtime<C>, Unbound> {
        let bindings = Bindings::of::<C>(&variable)?;
        let secrets = Secrets::default();
        let function = variable("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| C::NAME.to_owned());
        let local = AtomicU64::new(0);
        let backend = Box::new(backend);
        let shared = Arc::new(Shared { backend, bindings, function, local, secrets });
        Ok(Runtime { shared, contract: PhantomData })
    }
}

impl<C> Runtime<C>
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
{
    /// Runs a handler on an event as Lambda gives it, with 30 seconds of time.
    ///
    /// # Errors
    /// See [`Runtime::invoke_within`].
    pub async fn invoke(&self, handler: &impl Handler<C>, event: Value) -> Result<Value, BoxError> {
        let ends = self.shared.backend.now() + Duration::from_secs(30);
        let number = self.shared.local.fetch_add(1, Ordering::Relaxed) + 1;
        let invocation = Invocation { request_id: format!("local-{number}"), ends };
        self.invoke_within(handler, event, &invocation).await
    }

    /// Runs a handler on an event as Lambda gives it, and answers as Lambda wants it.
    ///
    /// Messages of a queue are handled on their own, concurrently, and those that fail are reported
    /// one by one; of a FIFO queue in order inside their groups, and after a failure the rest of the
    /// group is left for later. Changes of a table are handled in order up to the first that fails.
    /// What cannot be read counts as failed and takes nothing else down; a request that cannot be
    /// read is answered with status 400, as is one of which the handler says so ([`InvalidRequest`]),
    /// one that fails with 500. A panic is a failure.
    ///
    /// # Errors
    /// What the handler failed with, where the event has nobody to report single failures to.
    pub async fn invoke_within(
        &self,
        handler: &impl Handler<C>,
        event: Value,
        invocation: &Invocation,
    ) -> Result<Value, BoxError> {
        match event::parse(event) {
            Event::Queue { records, ordered: false } => {
                let runs = records.iter().map(|record| self.run(handler, record, invocation));
                let failed =
                    records.iter().zip(join_all(runs).await).filter(|(_, done)| done.is_err());
                Ok(failures(failed.map(|(record, _)| record)))
            }
            Event::Queue { records, ordered: true } => {
                let mut groups: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
                for record in &records {
                    groups.entry(&record.group).or_default().push(record);
                }
                let runs = groups.values().map(|group| self.in_order(handler, group, invocation));
                let left: Vec<&Record> = join_all(runs).await.into_iter().flatten().collect();
                Ok(failures(left.into_iter()))
            }
            Event::Stream(records) => {
                let records: Vec<&Record> = records.iter().collect();
                let left = self.in_order(handler, &records, invocation).await;
                // Lambda goes on from the first one reported.
                Ok(failures(left.into_iter().take(1)))
            }
            Event::Topic(records) => {
                let runs = records.iter().map(|record| self.run(handler, record, invocation));
                for done in join_all(runs).await {
                    done?;
                }
                Ok(Value::Null)
            }
            Event::Http { readings, record } => {
                Ok(self.respond(handler, readings, record, invocation).await)
            }
            Event::Direct(record) => self.run(handler, &record, invocation).await,
        }
    }

    /// Handles one after the other up to the first that fails; what is left from there on.
    async fn in_order<'r>(
        &self,
        handler: &impl Handler<C>,
        records: &[&'r Record],
        invocation: &Invocation,
    ) -> Vec<&'r Record> {
        for (done, record) in records.iter().enumerate() {
            if self.run(handler, record, invocation).await.is_err() {
                return records[done..].to_vec();
            }
        }
        Vec::new()
    }

    async fn run(
        &self,
        handler: &impl Handler<C>,
        record: &Record,
        invocation: &Invocation,
    ) -> Result<Value, BoxError> {
        let input = record.input.clone().map_err(|why| Failure::malformed(input_name::<C>(), why));
        let input = input.and_then(|input| {
            serde_json::from_value(input)
                .map_err(|error| Failure::malformed(input_name::<C>(), error))
        });
        let correlation = correlation(record, invocation);
        let span =
            tracing::info_span!("handle", contract = C::NAME, correlation, record = record.id);
        async {
            let done = match input {
                Ok(input) => {
                    self.handle(handler, input, record, correlation.clone(), invocation).await
                }
                Err(failure) => Err(failure.into()),
            };
            if let Err(error) = &done {
                tracing::error!(error = %error, "failed");
            }
            done
        }
        .instrument(span.clone())
        .await
    }

    async fn handle(
        &self,
        handler: &impl Handler<C>,
        input: C::Input,
        record: &Record,
        correlation: String,
        invocation: &Invocation,
    ) -> Result<Value, BoxError> {
        let context = Context::new(
            self.shared.clone(),
            correlation,
            record.source(invocation),
            record.deadline,
            invocation.ends,
        );
        let run = AssertUnwindSafe(handler.handle(input, &context)).catch_unwind();
        let output = run.await.unwrap_or_else(|panic| Err(panic_text(&*panic).into()))?;
        Ok(serde_json::to_value(output)
            .map_err(|error| Failure::malformed(<C::Output as Message>::NAME, error))?)
    }

    async fn respond(
        &self,
        handler: &impl Handler<C>,
        readings: Vec<Value>,
        mut record: Record,
        invocation: &Invocation,
    ) -> Value {
        if record.input.is_ok() {
            // As the first of its readings that is an input, or else as the last, for its error.
            let fits = |reading: &&Value| C::Input::deserialize(*reading).is_ok();
            let reading = readings.iter().find(fits).or(readings.last()).cloned();
            let readable = reading.as_ref().is_some_and(|reading| fits(&reading));
            record.input = reading.ok_or_else(|| "it has no body".to_owned());
            if !readable {
                // Logs why.
                let _ = self.run(handler, &record, invocation).await;
                return status(400);
            }
        } else {
            let _ = self.run(handler, &record, invocation).await;
            return status(400);
        }
        match self.run(handler, &record, invocation).await {
            Ok(output) => match serde_json::from_value::<HttpResponse>(output) {
                Ok(HttpResponse { status, headers, body }) => {
                    json!({ "statusCode": status, "headers": headers, "body": body })
                }
                Err(_) => status(500),
            },
            Err(error) if error.is::<InvalidRequest>() => status(400),
            Err(_) => status(500),
        }
    }
}

fn status(code: u16) -> Value {
    json!({ "statusCode": code, "headers": {}, "body": "" })
}

fn failures<'r>(failed: impl Iterator<Item = &'r Record>) -> Value {
    let failed: Vec<_> = failed.map(|record| json!({ "itemIdentifier": record.id })).collect();
    json!({ "batchItemFailures": failed })
}

fn input_name<C: Contract>() -> &'static str {
    <C::Input as Message>::NAME
}

/// The one that travelled, or else what Lambda calls the message or the invocation.
fn correlation(record: &Record, invocation: &Invocation) -> String {
    let own = Some(&record.id).filter(|id| !id.is_empty());
    record.correlation.as_ref().or(own).unwrap_or(&invocation.request_id).clone()
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the handler panicked: {}", text.unwrap_or("no reason given"))
}

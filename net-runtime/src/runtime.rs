//! Running a handler on events.

use crate::{
    Backend, BoxError, Context, Failure, Handler, Unbound,
    bindings::Bindings,
    event::{
        self, Event, Input, Record,
        http::{self, Request},
    },
    input::Flaw,
    secrets::Secrets,
    slots::Slots,
};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use net_dsl::{Contract, HttpResponse, InvalidRequest, Payload};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    error, fmt, io,
    marker::PhantomData,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::time::Instant;
use tracing::Instrument as _;

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
    /// A run answers before its time is over: a tenth of its time before, at least 100 ms and at most
    /// 500 ms. What is still being handled then has failed, and is dropped where it waits; a request
    /// is answered with status 504. Code that blocks its thread cannot be stopped so: Lambda ends it,
    /// and the whole batch comes again.
    ///
    /// Of a batch 50 inputs are handled at once, and 50 more that have taken a quarter of the run's
    /// time and let others pass.
    ///
    /// # Errors
    /// What the handler failed with, where the event has nobody to report single failures to; that its
    /// output is more than the 6 MB that Lambda takes.
    pub async fn invoke_within(
        &self,
        handler: &impl Handler<C>,
        event: Value,
        invocation: &Invocation,
    ) -> Result<Value, BoxError> {
        // On the heap, or a program's futures nest so deep that the compiler refuses them.
        Box::pin(self.take(handler, event::parse(event), invocation)).await
    }

    /// [`Runtime::invoke_within`] on an event that is a text.
    ///
    /// # Errors
    /// The same, and that the text is no JSON.
    pub async fn invoke_text(
        &self,
        handler: &impl Handler<C>,
        event: &str,
        invocation: &Invocation,
    ) -> Result<Value, BoxError> {
        Box::pin(self.take(handler, event::read(event)?, invocation)).await
    }

    async fn take(
        &self,
        handler: &impl Handler<C>,
        event: Event,
        invocation: &Invocation,
    ) -> Result<Value, BoxError> {
        let run = Run::new(&self.shared, handler, invocation);
        match event {
            Event::Queue { records, ordered: false } => {
                Ok(failures(&records, run.each(&records).await))
            }
            Event::Queue { records, ordered: true } => {
                Ok(failures(&records, run.each_group(&records).await))
            }
            Event::Stream(records) => {
                let all: Vec<usize> = (0..records.len()).collect();
                let left = run.in_order(&records, &all).await;
                // Lambda goes on from the first one reported.
                Ok(failures(&records, left.into_iter().take(1).collect()))
            }
            Event::All(records) => {
                run.all(&records).await?;
                Ok(Value::Null)
            }
            Event::Http(request) => Ok(run.respond(&request).await),
            Event::Direct(record) => {
                let output = serde_json::to_value(run.message(&record).await?)
                    .map_err(|error| Failure::malformed(<C::Output as Payload>::NAME, error))?;
                fits(&output).inspect_err(|error| tracing::error!(error = %error, "failed"))?;
                Ok(output)
            }
        }
    }
}

/// One invocation of a handler.
struct Run<'r, C, H> {
    shared: &'r Arc<Shared>,
    handler: &'r H,
    invocation: &'r Invocation,
    /// When it stops waiting, by the clock of the back end and by the one that waits.
    ends: SystemTime,
    stops: Instant,
    slots: Slots,
    contract: PhantomData<fn() -> C>,
}

impl<'r, C, H> Run<'r, C, H>
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
    H: Handler<C>,
{
    fn new(shared: &'r Arc<Shared>, handler: &'r H, invocation: &'r Invocation) -> Run<'r, C, H> {
        let now = shared.backend.now();
        let time = invocation.ends.duration_since(now).unwrap_or_default();
        let margin = (time / 10).clamp(Duration::from_millis(100), Duration::from_millis(500));
        let time = time.saturating_sub(margin);
        Run {
            shared,
            handler,
            invocation,
            ends: now + time,
            stops: Instant::now() + time,
            slots: Slots::new(time / 4),
            contract: PhantomData,
        }
    }

    /// Handles each message for itself; which ones failed.
    async fn each(&self, records: &[Record]) -> Vec<usize> {
        // Only those whose turn it is become futures: what a batch takes does not grow with it.
        let runs = stream::iter(0..records.len()).map(|at| async move {
            let done = self.slots.hold(self.stops, self.message(&records[at])).await;
            (at, done.map(|done| done.is_ok()))
        });
        let ended: Vec<(usize, Option<bool>)> =
            runs.buffer_unordered(self.slots.len()).collect().await;
        self.tell_waiting(ended.iter().filter(|(_, done)| done.is_none()).count());
        ended.into_iter().filter(|(_, done)| *done != Some(true)).map(|(at, _)| at).collect()
    }

    /// Handles all messages, and then tells the first error. A topic gives a function one at a time.
    async fn all(&self, records: &[Record]) -> Result<(), BoxError> {
        let runs = stream::iter(0..records.len())
            .map(|at| async move { self.message(&records[at]).await.map(|_| ()) });
        let done: Vec<Result<(), BoxError>> = runs.buffered(self.slots.len()).collect().await;
        done.into_iter().collect()
    }

    /// Handles the messages of each group in order; what is left of the groups.
    async fn each_group(&self, records: &[Record]) -> Vec<usize> {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, record) in records.iter().enumerate() {
            groups.entry(&record.group).or_default().push(at);
        }
        let groups: Vec<Vec<usize>> = groups.into_values().collect();
        let groups = &groups;
        let runs = stream::iter(0..groups.len()).map(|group| async move {
            let group = &groups[group];
            let left = self.slots.hold(self.stops, self.in_order(records, group)).await;
            left.unwrap_or_else(|| group.clone())
        });
        let left: Vec<Vec<usize>> = runs.buffer_unordered(self.slots.len()).collect().await;
        left.into_iter().flatten().collect()
    }

    /// Handles one after the other up to the first that fails; what is left from there on.
    async fn in_order(&self, records: &[Record], order: &[usize]) -> Vec<usize> {
        for (done, at) in order.iter().enumerate() {
            if self.message(&records[*at]).await.is_err() {
                return order[done..].to_vec();
            }
        }
        Vec::new()
    }

    /// Says once that messages had no turn.
    fn tell_waiting(&self, waiting: usize) {
        if waiting > 0 {
            tracing::error!(
                contract = C::NAME,
                messages = waiting,
                "the run's time was over before these were begun; they are reported as failed"
            );
        }
    }

    async fn message(&self, record: &Record) -> Result<C::Output, BoxError> {
        let input = record.input.clone();
        self.handle(record, move || {
            let input = input.map_err(Flaw::whole).and_then(Input::read);
            Ok(input.map_err(|flaw| flaw.failure(<C::Input as Payload>::NAME))?)
        })
        .await
    }

    /// Reads an input and handles it, until the run stops waiting.
    async fn handle(
        &self,
        record: &Record,
        input: impl FnOnce() -> Result<C::Input, BoxError> + Send,
    ) -> Result<C::Output, BoxError> {
        let correlation = correlation(record, self.invocation);
        let span = tracing::info_span!(
            "handle",
            contract = C::NAME,
            correlation,
            record = record.id,
            request = self.invocation.request_id
        );
        let work = async {
            let context = Context::new(
                self.shared.clone(),
                correlation.clone(),
                record.source(self.invocation),
                record.deadline,
                self.ends,
            );
            // Reading an input is the user's code, too, and so is what a handler does before its future.
            let handled = async { self.handler.handle(input()?, &context).await };
            let handled = AssertUnwindSafe(handled).catch_unwind();
            let done = match tokio::time::timeout_at(self.stops, handled).await {
                Ok(Ok(done)) => done,
                Ok(Err(panic)) => Err(panic_text(&*panic).into()),
                Err(_) => Err(Stopped.into()),
            };
            done.map_err(without_url).inspect_err(|error| tracing::error!(error = %error, "failed"))
        };
        work.instrument(span).await
    }

    async fn respond(&self, request: &Request) -> Value {
        let input = || Ok(request.input().map_err(Unreadable)?);
        let done = self.handle(&request.record, input).await;
        let response = done.and_then(|output| {
            let output: Box<dyn Any> = Box::new(output);
            let response = output.downcast::<HttpResponse>().map_err(|_| {
                let output = <C::Output as Payload>::NAME;
                format!(
                    "the handler's output is `{output}`: a request is answered by `HttpResponse`"
                )
            });
            let answer =
                response.and_then(|response| http::answer(*response)).map_err(BoxError::from);
            answer
                .and_then(|answer| fits(&answer).map(|()| answer))
                .inspect_err(|error| tracing::error!(error = %error, "no answer"))
        });
        let error = match response {
            Ok(answer) => return answer,
            Err(error) => error,
        };
        if let Some(Unreadable(flaw)) = error.downcast_ref() {
            http::refusal(400, &format!("this request cannot be read: {flaw}"), &flaw.field)
        } else if let Some(refused) = error.downcast_ref::<InvalidRequest>() {
            http::refusal(400, &refused.to_string(), refused.field())
        } else if error.is::<Stopped>() || matches!(error.downcast_ref(), Some(Failure::TooLate)) {
            http::refusal(504, "the request was not answered in time", "")
        } else if let Some(TooLong(_)) = error.downcast_ref() {
            http::refusal(500, &error.to_string(), "")
        } else {
            http::refusal(500, "the request could not be answered", "")
        }
    }
}

/// The run's time is nearly over.
#[derive(Debug)]
struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the handler had not returned when the run's time was nearly over, and was stopped: raise \
             the function's timeout, or bound what the handler waits for",
        )
    }
}

impl error::Error for Stopped {}

/// A request that is not the input that it should be.
#[derive(Debug)]
struct Unreadable(Flaw);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this request cannot be read: {}", self.0)
    }
}

impl error::Error for Unreadable {}

/// An output of so many bytes.
#[derive(Debug)]
struct TooLong(u64);

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooLong(length) = self;
        write!(
            f,
            "the answer has {length} bytes as JSON, and Lambda takes {LONGEST} (6 MB): answer with less, or \
             with a link to where it is"
        )
    }
}

impl error::Error for TooLong {}

/// How many bytes Lambda takes of an answer ("Lambda quotas", invocation payload: 6 MB; to the byte as
/// its error "Exceeded maximum allowed payload size (6291556 bytes)" says).
const LONGEST: u64 = 6_291_556;

fn fits(answer: &Value) -> Result<(), BoxError> {
    struct Count(u64);

    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut count = Count(0);
    serde_json::to_writer(&mut count, answer)?;
    if count.0 > LONGEST { Err(TooLong(count.0).into()) } else { Ok(()) }
}

/// Failed messages, in the order in which they came.
fn failures(records: &[Record], mut failed: Vec<usize>) -> Value {
    failed.sort_unstable();
    // One message may have several inputs.
    let mut ids: Vec<&str> = Vec::new();
    for at in failed {
        let id = records[at].id.as_str();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let failed: Vec<_> = ids.into_iter().map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": failed })
}

/// The one that travelled, or else what Lambda calls the message or the invocation.
fn correlation(record: &Record, invocation: &Invocation) -> String {
    let own = Some(&record.id).filter(|id| !id.is_empty());
    record.correlation.as_ref().or(own).unwrap_or(&invocation.request_id).clone()
}

/// Without the URL in an error of reqwest's, whose query may have a token.
fn without_url(error: BoxError) -> BoxError {
    match error.downcast::<reqwest::Error>() {
        Ok(error) => error.without_url().into(),
        Err(error) => error,
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the handler panicked: {}", text.unwrap_or("no reason given"))
}

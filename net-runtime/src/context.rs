//! What a handler may use, as its contract says.

use crate::{
    Backend, BucketAccess, Failure, Parcel, Retry, ServiceClient, TableAccess,
    capability::random,
    runtime::Shared,
    time::{Time, milliseconds},
};
use backon::{ExponentialBuilder, Retryable};
use futures_util::future::BoxFuture;
use net_dsl::{
    Asks, CallsService, Contract, Item, Message, Object, Request, Sends, Service, Verb,
    binding::Address,
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    marker::PhantomData,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

/// What is awaited. A type that says what it is and no more, so that the compiler says once, not at each
/// use, that a contract does not allow it.
pub type Pending<'a, T> = BoxFuture<'a, Result<T, Failure>>;

/// Messages that contract `C` sends: [`Sends`] turned round, so that the message is known when the
/// compiler looks.
pub trait SentUnder<C> {
    #[doc(hidden)]
    fn group_under(&self) -> Option<String>;
}

impl<M, C: Sends<M>> SentUnder<C> for M {
    fn group_under(&self) -> Option<String> {
        C::group(self)
    }
}

/// Requests that contract `C` asks: [`Asks`] turned round.
pub trait AskedUnder<C> {}

impl<R, C: Asks<R>> AskedUnder<C> for R {}

/// What a handler under contract `C` may use while it handles one input.
pub struct Context<C> {
    shared: Arc<Shared>,
    correlation: String,
    sent: Arc<Sent>,
    deadline: Option<u64>,
    /// Whether the code has set the deadline itself.
    own_deadline: bool,
    started: SystemTime,
    run_ends: SystemTime,
    contract: PhantomData<fn() -> C>,
}

impl<C> Clone for Context<C> {
    fn clone(&self) -> Context<C> {
        Context {
            shared: self.shared.clone(),
            correlation: self.correlation.clone(),
            sent: self.sent.clone(),
            deadline: self.deadline,
            own_deadline: self.own_deadline,
            started: self.started,
            run_ends: self.run_ends,
            contract: PhantomData,
        }
    }
}

impl<C> std::fmt::Debug for Context<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("correlation", &self.correlation)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl<C: Contract> Context<C> {
    pub(crate) fn new(
        shared: Arc<Shared>,
        correlation: String,
        source: &str,
        deadline: Option<u64>,
        run_ends: SystemTime,
    ) -> Context<C> {
        let started = shared.backend.now();
        let sent = Arc::new(Sent::of(&shared.function, source));
        Context {
            shared,
            correlation,
            sent,
            deadline,
            own_deadline: false,
            started,
            run_ends,
            contract: PhantomData,
        }
    }

    /// Hands a message over, to wherever this network sends it, and goes on.
    ///
    /// Tried again for as long as there is time. The correlation id travels along, and a deadline:
    /// the one that [`Context::due`] sets, or else the one that starts where the message goes (see
    /// [`Context::budget`]), or else the one that the input came with.
    ///
    /// A FIFO queue drops what it has seen in the last five minutes. It goes by an id made of the
    /// function, of what started it (the message, change, request or invocation, and not its
    /// delivery), of the message, and of how many equal ones were sent before while that was handled.
    /// So a run that is repeated sends nothing twice, and `on`, `off`, `on` are three messages. A
    /// message with the time or a random number in it is another one each time: [`Context::send_as`]
    /// gives it an id.
    ///
    /// # Errors
    /// [`Failure`], if it could not be handed over.
    pub fn send<M>(&self, message: &M) -> Pending<'_, ()>
    where
        M: Message + Serialize + SentUnder<C>,
    {
        self.hand_over(M::NAME, self.sent(message))
    }

    /// [`Context::send`] of a message that a FIFO queue knows by an id that you give it, as by
    /// `order-7/paid`: of all messages of this type that come under one id within five minutes, from
    /// whatever run or function, it delivers the first. Elsewhere than to a FIFO queue the id changes
    /// nothing.
    ///
    /// # Errors
    /// [`Failure`], if it could not be handed over.
    pub fn send_as<M>(&self, id: &str, message: &M) -> Pending<'_, ()>
    where
        M: Message + Serialize + SentUnder<C>,
    {
        let id = hex(with(with(with(Sha256::new(), "as"), M::NAME), id));
        self.hand_over(M::NAME, self.sent(message).map(|parcel| Parcel { id, ..parcel }))
    }

    /// [`Context::send`] of a message that nobody sees before a while is over, rounded up to whole seconds:
    /// how a function comes back to something without anybody waiting for it. A deadline does not wait: what
    /// is held back for longer arrives after it.
    ///
    /// Standard queues hold messages back, each for a time of its own, for 15 minutes at the most (Amazon SQS
    /// API Reference, "SendMessage": `DelaySeconds`, which FIFO queues do not take). Topics and functions
    /// hand over at once.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    /// use net_runtime::{BoxError, Context, Handler};
    /// use std::time::Duration;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Serialize, Deserialize)] pub struct Look { turn: u32 }
    /// # messages! { Look }
    ///
    /// contract! { pub Watcher: Look => () { sends Look } }
    ///
    /// /// Looks three times, a second apart.
    /// struct Watches;
    ///
    /// impl Handler<Watcher> for Watches {
    ///     async fn handle(&self, Look { turn }: Look, context: &Context<Watcher>) -> Result<(), BoxError> {
    ///         if turn < 3 {
    ///             context.send_after(Duration::from_secs(1), &Look { turn: turn + 1 }).await?;
    ///         }
    ///         Ok(())
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Failure`], if it could not be handed over: for longer than 900 seconds, or where this network sends
    /// it to something else than a standard queue, none is.
    pub fn send_after<M>(&self, delay: Duration, message: &M) -> Pending<'_, ()>
    where
        M: Message + Serialize + SentUnder<C>,
    {
        let parcel = self.sent(message).and_then(|parcel| {
            let delay =
                held_back(delay, M::NAME, self.shared.bindings.address(Verb::Sends, M::NAME))?;
            Ok(Parcel { delay, ..parcel })
        });
        self.hand_over(M::NAME, parcel)
    }

    fn hand_over(&self, name: &'static str, parcel: Result<Parcel, Failure>) -> Pending<'_, ()> {
        Box::pin(async move {
            let Some(address) = self.shared.bindings.address(Verb::Sends, name) else {
                return Err(unbound(Verb::Sends, name));
            };
            let parcel = parcel?;
            self.retry(|| self.shared.backend.send(&address, parcel.clone())).await
        })
    }

    fn sent<M>(&self, message: &M) -> Result<Parcel, Failure>
    where
        M: Message + Serialize + SentUnder<C>,
    {
        let starting = self.shared.bindings.deadline(M::NAME).filter(|_| !self.own_deadline);
        let starting = starting.map(|budget| {
            let budget = u64::try_from(budget.as_millis()).unwrap_or(u64::MAX);
            milliseconds(self.started).saturating_add(budget)
        });
        let deadline = starting.or(self.deadline);
        Ok(Parcel { deadline, ..self.parcel(message, message.group_under())? })
    }

    /// Asks another function and waits for its reply.
    ///
    /// # Errors
    /// [`Failure`], if it could not be asked, failed, or its reply is something else.
    pub fn ask<R>(&self, request: &R) -> Pending<'_, R::Reply>
    where
        R: Request + Serialize + AskedUnder<C>,
        R::Reply: DeserializeOwned,
    {
        let parcel = self.parcel(request, None);
        Box::pin(async move {
            let function = match self.shared.bindings.address(Verb::Asks, R::NAME) {
                Some(Address::Function(arn)) => arn,
                _ => return Err(unbound(Verb::Asks, R::NAME)),
            };
            let parcel = parcel?;
            let reply = self.retry(|| self.shared.backend.ask(&function, parcel.clone())).await?;
            serde_json::from_value(reply)
                .map_err(|error| Failure::malformed(<R::Reply as Message>::NAME, error))
        })
    }

    /// The table of items `T`; what may be done with it is what the contract says.
    pub fn table<T: Item>(&self) -> TableAccess<'_, C, T> {
        // Reading and writing share one variable; a contract without either offers no method.
        let table = self.shared.bindings.text(Verb::Reads, T::NAME).unwrap_or_default();
        TableAccess::new(self, table)
    }

    /// The objects `O` of the bucket that they lie in; what may be done with them is what the contract
    /// says. On AWS it takes the feature `s3`.
    pub fn bucket<O: Object>(&self) -> BucketAccess<'_, C, O> {
        // Reading and writing share one variable; a contract without either offers no method.
        BucketAccess::new(self, self.shared.bindings.bucket(O::WHAT).unwrap_or_default())
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.shared.backend
    }

    /// What the function is called, where it is known; or else its contract.
    pub(crate) fn function(&self) -> &str {
        self.shared.bindings.function().unwrap_or(C::NAME)
    }

    /// When this run is over, whatever it is at.
    pub(crate) fn run_ends(&self) -> SystemTime {
        self.run_ends
    }

    /// The service `S`: its base URL, an HTTP client, and its secret.
    pub fn call<S: Service>(&self) -> ServiceClient<'_>
    where
        C: CallsService<S>,
    {
        ServiceClient {
            name: S::NAME,
            base_url: self.shared.bindings.text(Verb::Calls, S::NAME).unwrap_or_default(),
            secret: self.shared.bindings.secret(S::NAME),
            time: self.time(),
            backend: &*self.shared.backend,
            secrets: &self.shared.secrets,
        }
    }

    /// What time it is.
    pub fn now(&self) -> SystemTime {
        self.shared.backend.now()
    }

    /// The same in milliseconds since 1970, as deadlines are written.
    pub fn now_milliseconds(&self) -> u64 {
        milliseconds(self.now())
    }

    /// A random number.
    ///
    /// Code that takes its random numbers and its times from the context can be run again exactly as it
    /// ran: a simulation finds a mistake by a seed, and repeats it by the seed.
    pub fn random(&self) -> u64 {
        self.shared.backend.random()
    }

    /// An id that nobody else makes: a random UUID. See [`Context::random`].
    pub fn unique_id(&self) -> String {
        random::unique(&*self.shared.backend)
    }

    /// When the work that this input is part of must be done, in milliseconds since 1970.
    pub fn deadline(&self) -> Option<u64> {
        self.deadline
    }

    /// The context with a deadline of its own, which travels with what is sent from it.
    pub fn due(&self, deadline: u64) -> Context<C> {
        Context { deadline: Some(deadline), own_deadline: true, ..self.clone() }
    }

    /// The context without a deadline, for what nobody waits for.
    pub fn without_deadline(&self) -> Context<C> {
        Context { deadline: None, own_deadline: true, ..self.clone() }
    }

    /// When this input's handling began: deadlines that start here count from then.
    pub fn started(&self) -> SystemTime {
        self.started
    }

    /// How long the network gives a message of this type, if it goes where a deadline starts: a
    /// queue or topic built with `.deadline(…)`. It counts from [`Context::started`].
    pub fn budget<M>(&self) -> Option<Duration>
    where
        C: Sends<M>,
        M: Message,
    {
        self.shared.bindings.deadline(M::NAME)
    }

    /// How long there is until the deadline or the end of the run, whichever comes first; nothing if
    /// it is over.
    pub fn remaining(&self) -> Duration {
        self.time().remaining(self.now())
    }

    /// What ties together everything that one event caused; it is in every line of the log.
    pub fn correlation(&self) -> &str {
        &self.correlation
    }

    /// Tries again, with growing and random pauses, what fails for the moment: four times at the
    /// most, and for as long as there is time.
    ///
    /// # Errors
    /// The last one, or that there is no time.
    pub async fn retry<T, E, F>(&self, work: impl FnMut() -> F) -> Result<T, E>
    where
        E: Retry,
        F: Future<Output = Result<T, E>>,
    {
        self.retry_within(self.time_to_try(), work).await
    }

    /// [`Context::retry`] for no longer than a while, so that there is time left for what follows.
    ///
    /// # Errors
    /// The last one, or that there is no time.
    pub async fn retry_within<T, E, F>(
        &self,
        time: Duration,
        work: impl FnMut() -> F,
    ) -> Result<T, E>
    where
        E: Retry,
        F: Future<Output = Result<T, E>>,
    {
        let time = time.min(self.time_to_try());
        if time.is_zero() {
            return Err(E::too_late());
        }
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(50))
            .with_max_delay(Duration::from_secs(1))
            .with_max_times(4)
            .with_total_delay(Some(time))
            .with_jitter()
            .with_jitter_seed(self.random());
        let tried = work.retry(pauses).when(E::is_temporary);
        tokio::time::timeout(time, tried).await.unwrap_or_else(|_| Err(E::too_late()))
    }

    pub(crate) fn time_to_try(&self) -> Duration {
        self.time().to_try(self.now())
    }

    fn time(&self) -> Time {
        Time { deadline: self.deadline, run_ends: self.run_ends }
    }

    fn parcel<M: Message + Serialize>(
        &self,
        message: &M,
        group: Option<String>,
    ) -> Result<Parcel, Failure> {
        let body =
            serde_json::to_string(message).map_err(|error| Failure::malformed(M::NAME, error))?;
        let id = self.sent.id(M::NAME, group.as_deref(), &body);
        let correlation = self.correlation.clone();
        Ok(Parcel { body, group, deadline: self.deadline, delay: 0, correlation, id })
    }
}

/// What was sent while one input was handled, so that each message has an id of its own.
struct Sent {
    /// The function and the input.
    start: Sha256,
    /// How many of each message were sent.
    counts: Mutex<HashMap<[u8; 32], u64>>,
}

impl Sent {
    fn of(function: &str, source: &str) -> Sent {
        Sent { start: with(with(Sha256::new(), function), source), counts: Mutex::default() }
    }

    /// The next id of a message. What is sent at the same time in no certain order, and what is
    /// skipped by a run that finds it done, leaves the ids of other messages as they were: equal
    /// messages are counted, and no others.
    fn id(&self, name: &str, group: Option<&str>, body: &str) -> String {
        let start = with(with(self.start.clone(), name), group.unwrap_or_default());
        let message: [u8; 32] = with(start, body).finalize().into();
        let mut counts = self.counts.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let count = counts.entry(message).or_default();
        let id = Sha256::new().chain_update(message).chain_update(count.to_be_bytes());
        *count += 1;
        hex(id)
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hash that has taken one more text; its length keeps two texts apart.
fn with(hash: Sha256, text: &str) -> Sha256 {
    hash.chain_update((text.len() as u64).to_be_bytes()).chain_update(text)
}

/// The longest that a standard queue holds a message back, in seconds.
const LONGEST_DELAY: u16 = 900;

/// For how many seconds a message is held back on its way to an address.
fn held_back(delay: Duration, name: &str, to: Option<Address>) -> Result<u16, Failure> {
    let seconds = delay.as_millis().div_ceil(1_000);
    let refused = |why: String| Err(Failure::Permanent(why.into()));
    match to {
        _ if seconds == 0 => Ok(0),
        Some(Address::Queue(_)) | None => match u16::try_from(seconds) {
            Ok(seconds) if seconds <= LONGEST_DELAY => Ok(seconds),
            _ => refused(format!(
                "`{name}` cannot be held back for {seconds} s: a queue holds messages back for \
                 {LONGEST_DELAY} s at the most"
            )),
        },
        Some(
            Address::FifoQueue(_) | Address::Topic(_) | Address::Bus(_) | Address::Function(_),
        ) => refused(format!(
            "`{name}` cannot be held back: this network sends it to a FIFO queue, a topic, an event bus or a \
             function, and only a standard queue holds single messages back"
        )),
    }
}

/// Bindings are there and well-formed before the first event; this does not happen.
fn unbound(verb: Verb, what: &str) -> Failure {
    Failure::Permanent(format!("`{verb} {what}` is not bound").into())
}

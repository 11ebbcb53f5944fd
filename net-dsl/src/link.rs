//! Links: which entity may do what with which.
//!
//! ```text
//! from \ to                                         function   queue, topic      table         service
//! queue, topic, schedule, table stream, skill       triggers   fans_out_to (*)
//! HTTP API                                          routes
//! function                                          asks,      sends_to          reads,        calls
//!                                                   sends_to                     writes
//! (*) from a topic to a queue
//! ```
//!
//! What the table leaves empty does not compile; nor does a link whose message, item or service
//! the contract does not name.

use crate::{
    Answers, Asks, Bounded, CallsService, Contract, Grouped, Handle, HttpApi, HttpRequest, Id,
    Item, Message, Network, Range, ReadsItem, Request, Sends, Service, Takes, Verb, WritesItem,
    entity::{
        MESSAGE,
        alexa_skill::AlexaSkill,
        external_service::ExternalService,
        fifo_queue::FifoQueue,
        function::Function,
        http_api::{Route, ServedApi},
        queue::Queue,
        schedule::{Schedule, Tick},
        table::{Change, Table, TableStream},
        topic::Topic,
    },
    facts::{Attribute, Facts, Scalar, Value},
    origin::Origin,
    property::{Fits, PROPERTY, Property, PropertyValue},
    range,
};
use once_cell::sync::Lazy;
use smol_str::{SmolStr, format_smolstr};
use std::{marker::PhantomData, ops::Add};

/// Messages handed to one run of the function.
pub const BATCH_SIZE: Attribute<Bounded<range::BatchSize>> = Attribute::new("batch-size");
/// How long to wait for a batch to fill, in seconds.
pub const BATCH_WINDOW: Attribute<Bounded<range::BatchWindow>> = Attribute::new("batch-window");
/// Runs of the function that the queue may cause at a time.
pub const MAX_CONCURRENCY: Attribute<Bounded<range::MaxConcurrency>> =
    Attribute::new("max-concurrency");

/// Messages handed to one run, by override or as set, if anybody said so.
pub fn batch_size(facts: &Facts) -> Option<u64> {
    facts.overridden("mapping/BatchSize").or_else(|| facts.get(BATCH_SIZE).map(Bounded::get))
}

/// How long to wait for a batch to fill, in seconds: by override, as set, or not at all.
pub fn batch_window(facts: &Facts) -> u64 {
    facts
        .overridden("mapping/MaximumBatchingWindowInSeconds")
        .or_else(|| facts.get(BATCH_WINDOW).map(Bounded::get))
        .unwrap_or(0)
}

/// A function handle.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function",
    label = "only functions run code: they are triggered, send, ask, read, write and call",
    note = "put a `Function<…>` here; a link starts where control comes from: `queue.triggers(&function)`, `function.sends_to(&queue)`, `function.reads(&table)`"
)]
pub trait Runs: Handle {
    /// The contract its code is held to.
    type Contract: Contract;
    /// [`Code`] under that contract.
    type Code: Held<Contract = Self::Contract>;
}

/// A handle on something that triggers functions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot trigger a function",
    label = "this is not a source of events",
    note = "queues, topics, schedules, table streams (`table.stream()`) and skills trigger functions; a function reaches another with `sends_to` or `asks`; an HTTP API uses `routes`"
)]
pub trait Source: Handle {
    /// What the function is given.
    type Payload: Message;
    /// Which settings the link has: [`Direct`], [`Batched`], [`BatchedFifo`] or [`Streamed`].
    type Delivery;
}

/// A handle on something that takes messages `Message` from functions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no messages",
    label = "nothing can be sent here",
    note = "functions send to queues, FIFO queues, topics and other functions; tables are written with `writes`, services called with `calls`"
)]
pub trait Sink: Handle {
    /// What it takes.
    type Message: Message;
}

/// A handle on a table of items.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    label = "only tables are read and written",
    note = "messages go to queues and topics with `sends_to`; a table's stream only gives its changes"
)]
pub trait Store: Handle {
    /// What it holds.
    type Item: Item;
}

/// A handle on a service that functions call.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service",
    label = "only external services and HTTP APIs are called",
    note = "another function of the network is asked with `asks`; an `HttpApi` is called as `&api.serves::<Service>()`"
)]
pub trait Callee: Handle {
    /// Which service it is.
    type Service: Service;
}

/// A handle on something that copies its messages to queues.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fan out",
    label = "only topics copy their messages to queues",
    note = "put a `Topic` in front, `topic.fans_out_to(&queue)`, or let a function send with `sends_to`"
)]
pub trait Broadcast: Handle {
    /// What it copies.
    type Message: Message;
}

/// A handle on a queue of messages `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot subscribe to a topic of `{M}`",
    label = "a topic of `{M}` fans out only to standard queues of `{M}`",
    note = "link a `Queue<{M}>`: no FIFO queue subscribes to a topic, and functions are started with `triggers`"
)]
pub trait Subscriber<M>: Handle {}

/// A handle on an HTTP API.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no routes",
    label = "only HTTP APIs route requests to functions",
    note = "pass an `HttpApi`; other sources start functions with `triggers`"
)]
pub trait Front: Handle {
    /// [`Gate`].
    type Gate: Admits;
}

/// Settings of a link that hands events over one at a time: it has none.
#[derive(Clone, Copy, Debug)]
pub enum Direct {}
/// Settings of a link from a standard queue.
#[derive(Clone, Copy, Debug)]
pub enum Batched {}
/// Settings of a link from a FIFO queue.
#[derive(Clone, Copy, Debug)]
pub enum BatchedFifo {}
/// Settings of a link from a table's stream.
#[derive(Clone, Copy, Debug)]
pub enum Streamed {}

/// Links that hand over several events at a time.
#[diagnostic::on_unimplemented(
    message = "this link is `{Self}`: it has no batches",
    label = "only links from queues and table streams hand over batches",
    note = "a `Direct` link hands over one event at a time; put a `Queue` between to collect them"
)]
pub trait Batches {
    /// How many.
    type Size: Range;
}

/// Links that can wait for a batch to fill.
#[diagnostic::on_unimplemented(
    message = "this link is `{Self}`: it cannot wait for a batch to fill",
    label = "only links from standard queues and table streams have a batch window",
    note = "Lambda takes what a FIFO queue holds at once, up to `batch_size`; a `Direct` link hands over one event at a time"
)]
pub trait Waits {}

/// Links that bound how many runs they cause at a time.
#[diagnostic::on_unimplemented(
    message = "this link is `{Self}`: it cannot bound the runs it causes",
    label = "only links from queues have a maximum concurrency",
    note = "the function itself can: `reserved_concurrency` in its builder"
)]
pub trait Throttles {}

/// Links that are an event source mapping.
#[diagnostic::on_unimplemented(
    message = "this link is `{Self}`: it has no event source mapping",
    label = "only links from queues and table streams have properties of their own",
    note = "`net_dsl::property::set` sets properties of the entities at either end"
)]
pub trait Mapped {}

impl Batches for Batched {
    type Size = range::BatchSize;
}

impl Batches for BatchedFifo {
    type Size = range::FifoBatchSize;
}

impl Batches for Streamed {
    type Size = range::BatchSize;
}

impl Waits for Batched {}
impl Waits for Streamed {}

impl Throttles for Batched {}
impl Throttles for BatchedFifo {}

impl Mapped for Batched {}
impl Mapped for BatchedFifo {}
impl Mapped for Streamed {}

/// The start of a link reaches its end `T` in way `How`: the one bound of every verb.
///
/// Implemented for what the start's role stands for: what a source hands over, the code of a
/// function, the gate of an API. Where the start has no such role that is unknown, and so the
/// compiler does not report the end as well: a link written the wrong way round is one error.
///
/// That every implementation is for all types of a kind keeps the compiler from listing them.
pub trait Reaches<T, How> {
    /// The message, item or service.
    #[doc(hidden)]
    const WHAT: &'static str;

    #[doc(hidden)]
    fn end(to: &T) -> &dyn Handle;
}

/// Contract `C` needs this message, item or service, or whom it asks, in way `How`.
///
/// The need is the subject, not the contract, so that the compiler looks at it only once the end of
/// the link is known; it would take a contract's only need for the end's type.
pub trait NeededBy<C, How> {}

/// What is held to a contract.
pub trait Held {
    /// The contract.
    type Contract;
}

/// The code of a function under contract `C`.
#[derive(Clone, Copy, Debug)]
pub struct Code<C>(PhantomData<C>);

impl<C> Held for Code<C> {
    type Contract = C;
}

/// What lets requests in.
pub trait Admits {}

/// The gate of an HTTP API.
#[derive(Clone, Copy, Debug)]
pub enum Gate {}

impl Admits for Gate {}

/// Starting a function with what is handed over.
#[derive(Clone, Copy, Debug)]
pub enum Triggering {}
/// Starting a function with requests that carry a `B`.
#[derive(Clone, Copy, Debug)]
pub struct Routing<B>(PhantomData<B>);
/// Copying messages to a subscriber.
#[derive(Clone, Copy, Debug)]
pub enum Copying {}
/// Handing a message over and going on.
#[derive(Clone, Copy, Debug)]
pub enum Sending {}
/// Handing a request over and waiting for the answer.
#[derive(Clone, Copy, Debug)]
pub enum Asking {}
/// Reading items.
#[derive(Clone, Copy, Debug)]
pub enum Reading {}
/// Writing items.
#[derive(Clone, Copy, Debug)]
pub enum Writing {}
/// Calling over HTTP.
#[derive(Clone, Copy, Debug)]
pub enum Calling {}

impl<P: Message, F: Runs> Reaches<F, Triggering> for P
where
    F::Contract: Takes<P>,
{
    const WHAT: &'static str = P::NAME;

    fn end(function: &F) -> &dyn Handle {
        function
    }
}

impl<G: Admits, B: Message, F: Runs> Reaches<F, Routing<B>> for G
where
    F::Contract: Takes<HttpRequest<B>>,
{
    const WHAT: &'static str = B::NAME;

    fn end(function: &F) -> &dyn Handle {
        function
    }
}

impl<M: Message, Q: Subscriber<M>> Reaches<Q, Copying> for M {
    const WHAT: &'static str = M::NAME;

    fn end(queue: &Q) -> &dyn Handle {
        queue
    }
}

impl<C: Held, S: Sink> Reaches<S, Sending> for C
where
    S::Message: NeededBy<C::Contract, Sending>,
{
    const WHAT: &'static str = S::Message::NAME;

    fn end(sink: &S) -> &dyn Handle {
        sink
    }
}

impl<C: Held, F: Runs> Reaches<F, Asking> for C
where
    F::Contract: NeededBy<C::Contract, Asking>,
{
    const WHAT: &'static str = <F::Contract as Contract>::Input::NAME;

    fn end(function: &F) -> &dyn Handle {
        function
    }
}

impl<C: Held, T: Store> Reaches<T, Reading> for C
where
    T::Item: NeededBy<C::Contract, Reading>,
{
    const WHAT: &'static str = T::Item::NAME;

    fn end(table: &T) -> &dyn Handle {
        table
    }
}

impl<C: Held, T: Store> Reaches<T, Writing> for C
where
    T::Item: NeededBy<C::Contract, Writing>,
{
    const WHAT: &'static str = T::Item::NAME;

    fn end(table: &T) -> &dyn Handle {
        table
    }
}

impl<C: Held, S: Callee> Reaches<S, Calling> for C
where
    S::Service: NeededBy<C::Contract, Calling>,
{
    const WHAT: &'static str = S::Service::NAME;

    fn end(service: &S) -> &dyn Handle {
        service
    }
}

impl<M, C: Sends<M>> NeededBy<C, Sending> for M {}

impl<K, C> NeededBy<C, Asking> for K
where
    K: Contract,
    C: Asks<<K as Contract>::Input>,
    K: Answers<<K as Contract>::Input, <C::Request as Request>::Reply>,
{
}

impl<T, C: ReadsItem<T>> NeededBy<C, Reading> for T {}

impl<T, C: WritesItem<T>> NeededBy<C, Writing> for T {}

impl<S, C: CallsService<S>> NeededBy<C, Calling> for S {}

impl<C: Contract> Runs for Function<C> {
    type Contract = C;
    type Code = Code<C>;
}

impl<M: Message> Source for Queue<M> {
    type Payload = M;
    type Delivery = Batched;
}

impl<M: Grouped> Source for FifoQueue<M> {
    type Payload = M;
    type Delivery = BatchedFifo;
}

impl<M: Message> Source for Topic<M> {
    type Payload = M;
    type Delivery = Direct;
}

impl Source for Schedule {
    type Payload = Tick;
    type Delivery = Direct;
}

impl<T: Item> Source for TableStream<T> {
    type Payload = Change<T>;
    type Delivery = Streamed;
}

impl<D: Message> Source for AlexaSkill<D> {
    type Payload = D;
    type Delivery = Direct;
}

impl<M: Message> Sink for Queue<M> {
    type Message = M;
}

impl<M: Grouped> Sink for FifoQueue<M> {
    type Message = M;
}

impl<M: Message> Sink for Topic<M> {
    type Message = M;
}

impl<C: Contract> Sink for Function<C> {
    type Message = C::Input;
}

impl<T: Item> Store for Table<T> {
    type Item = T;
}

impl<S: Service> Callee for ExternalService<S> {
    type Service = S;
}

impl<S: Service> Callee for ServedApi<S> {
    type Service = S;
}

impl<M: Message> Broadcast for Topic<M> {
    type Message = M;
}

impl<M: Message> Subscriber<M> for Queue<M> {}

impl Front for HttpApi {
    type Gate = Gate;
}

#[diagnostic::do_not_recommend]
impl<T: Runs> Runs for Lazy<T> {
    type Contract = T::Contract;
    type Code = T::Code;
}

#[diagnostic::do_not_recommend]
impl<T: Source> Source for Lazy<T> {
    type Payload = T::Payload;
    type Delivery = T::Delivery;
}

#[diagnostic::do_not_recommend]
impl<T: Sink> Sink for Lazy<T> {
    type Message = T::Message;
}

#[diagnostic::do_not_recommend]
impl<T: Store> Store for Lazy<T> {
    type Item = T::Item;
}

#[diagnostic::do_not_recommend]
impl<T: Callee> Callee for Lazy<T> {
    type Service = T::Service;
}

#[diagnostic::do_not_recommend]
impl<T: Broadcast> Broadcast for Lazy<T> {
    type Message = T::Message;
}

#[diagnostic::do_not_recommend]
impl<M, T: Subscriber<M>> Subscriber<M> for Lazy<T> {}

#[diagnostic::do_not_recommend]
impl<T: Front> Front for Lazy<T> {
    type Gate = T::Gate;
}

/// The verbs that link one handle to another; in scope with the prelude.
///
/// Each returns the network of both entities and the link, to be added to others with `+`.
pub trait Links: Handle {
    /// This source starts the function, once for each of its events.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    ///
    /// # pub struct Order; messages! { Order }
    /// # contract! { pub Kitchen: Order => () {} }
    /// # let orders = Queue::<Order>::builder().name(name!("orders")).build();
    /// # let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    /// let network = Network::from(orders.triggers(&kitchen).batch_size(count!(1)));
    /// ```
    ///
    /// A queue of one message does not feed a function of another:
    ///
    /// ```compile_fail
    /// use net_dsl::prelude::*;
    ///
    /// # pub struct Order; messages! { Order }
    /// # contract! { pub Task: Tick => () {} }
    /// # let orders = Queue::<Order>::builder().name(name!("orders")).build();
    /// # let task = Function::<Task>::builder().name(name!("task")).build();
    /// orders.triggers(&task);
    /// ```
    #[track_caller]
    fn triggers<F>(&self, function: &F) -> Linked<Self::Delivery>
    where
        Self: Source + Sized,
        Self::Payload: Reaches<F, Triggering>,
    {
        Linked::new(self, Verb::Triggers, Self::Payload::end(function), "", Self::Payload::WHAT)
    }

    /// This API hands the requests of a route to the function, and its answers back.
    #[track_caller]
    fn routes<B, F>(&self, route: Route<B>, function: &F) -> Linked<Direct>
    where
        Self: Front + Sized,
        B: Message,
        Self::Gate: Reaches<F, Routing<B>>,
    {
        Linked::new(self, Verb::Routes, Self::Gate::end(function), route.key(), Self::Gate::WHAT)
    }

    /// This topic copies each of its messages to the queue.
    #[track_caller]
    fn fans_out_to<Q>(&self, queue: &Q) -> Linked<Direct>
    where
        Self: Broadcast + Sized,
        Self::Message: Reaches<Q, Copying>,
    {
        Linked::new(self, Verb::FansOut, Self::Message::end(queue), "", Self::Message::WHAT)
    }

    /// This function hands its messages of the sink's type to the sink and goes on.
    ///
    /// Which transport carries them is the network's choice; the function's code stays the same.
    #[track_caller]
    fn sends_to<S>(&self, sink: &S) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<S, Sending>,
    {
        Linked::new(self, Verb::Sends, Self::Code::end(sink), "", Self::Code::WHAT)
    }

    /// This function asks the other and waits for its answer.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    ///
    /// pub struct GetPrice;
    /// pub struct Price;
    /// messages! { GetPrice, Price }
    /// impl Request for GetPrice { type Reply = Price; }
    /// contract! {
    ///     pub Till: Tick => () { asks GetPrice }
    ///     pub Prices: GetPrice => Price {}
    /// }
    /// let till = Function::<Till>::builder().name(name!("till")).build();
    /// let prices = Function::<Prices>::builder().name(name!("prices")).build();
    /// let network = Network::from(till.asks(&prices));
    /// ```
    #[track_caller]
    fn asks<F>(&self, function: &F) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<F, Asking>,
    {
        Linked::new(self, Verb::Asks, Self::Code::end(function), "", Self::Code::WHAT)
    }

    /// This function reads items of the table.
    #[track_caller]
    fn reads<T>(&self, table: &T) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<T, Reading>,
    {
        Linked::new(self, Verb::Reads, Self::Code::end(table), "", Self::Code::WHAT)
    }

    /// This function writes items of the table.
    #[track_caller]
    fn writes<T>(&self, table: &T) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<T, Writing>,
    {
        Linked::new(self, Verb::Writes, Self::Code::end(table), "", Self::Code::WHAT)
    }

    /// This function calls the service over HTTP.
    #[track_caller]
    fn calls<S>(&self, service: &S) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<S, Calling>,
    {
        Linked::new(self, Verb::Calls, Self::Code::end(service), "", Self::Code::WHAT)
    }
}

impl<H: Handle + ?Sized> Links for H {}

/// Two entities and the link between them, on the way to becoming part of a [`Network`].
///
/// `D` says which settings the link has.
#[must_use = "a link is part of a network only once it is added to it"]
pub struct Linked<D> {
    ends: Network,
    from: Id,
    to: Id,
    verb: Verb,
    label: SmolStr,
    facts: Facts,
    origin: Origin,
    delivery: PhantomData<fn() -> D>,
}

impl<D> Linked<D> {
    #[track_caller]
    fn new(
        from: &dyn Handle,
        verb: Verb,
        to: &dyn Handle,
        label: &str,
        message: &'static str,
    ) -> Linked<D> {
        let origin = Origin::here();
        Linked {
            ends: from.network() + to.network(),
            from: from.name().id().clone(),
            to: to.name().id().clone(),
            verb,
            label: SmolStr::new(label),
            facts: Facts::new(origin.clone()).with(MESSAGE, SmolStr::new_static(message)),
            origin,
            delivery: PhantomData,
        }
    }

    fn with<T: Scalar>(mut self, attribute: Attribute<T>, value: T) -> Linked<D> {
        self.facts.insert(SmolStr::new_static(attribute.key()), value.store(), self.origin.clone());
        self
    }

    /// Events handed to one run, from a queue or a stream.
    ///
    /// From a standard queue or a stream 1 to 10000, from a FIFO queue 1 to 10; if unset 10 from
    /// queues and 100 from streams.
    pub fn batch_size(mut self, size: Bounded<D::Size>) -> Linked<D>
    where
        D: Batches,
    {
        let key = SmolStr::new_static(BATCH_SIZE.key());
        self.facts.insert(key, Value::Number(size.get()), self.origin.clone());
        self
    }

    /// How long to wait for a batch to fill, from a standard queue or a stream: 0 to 300 seconds; 0
    /// if unset.
    pub fn batch_window(self, window: Bounded<range::BatchWindow>) -> Linked<D>
    where
        D: Waits,
    {
        self.with(BATCH_WINDOW, window)
    }

    /// Runs a queue may cause at a time: 2 to 1000; no bound of its own if unset.
    pub fn max_concurrency(self, runs: Bounded<range::MaxConcurrency>) -> Linked<D>
    where
        D: Throttles,
    {
        self.with(MAX_CONCURRENCY, runs)
    }

    /// Sets any property of the event source mapping, from a queue or a stream.
    pub fn set<V: PropertyValue>(
        mut self,
        property: Property<Mapping, V>,
        value: impl Fits<V>,
    ) -> Linked<D>
    where
        D: Mapped,
    {
        let key = format_smolstr!("{PROPERTY}mapping/{}", property.path());
        self.facts.insert(key, Value::json(&V::json(value.given())), self.origin.clone());
        self
    }
}

/// The resource behind a link from a queue or a stream.
pub type Mapping = crate::property::lambda::EventSourceMapping;

impl<D> std::fmt::Debug for Linked<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.from, self.verb, self.to)
    }
}

impl<D> From<Linked<D>> for Network {
    fn from(linked: Linked<D>) -> Network {
        linked.ends.link(&linked.from, linked.verb, &linked.to, linked.label, linked.facts)
    }
}

impl<D, R: Into<Network>> Add<R> for Linked<D> {
    type Output = Network;

    /// The overlay of the link and another part of the network.
    fn add(self, other: R) -> Network {
        Network::from(self) + other
    }
}

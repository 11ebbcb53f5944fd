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
    Item, Message, Network, ReadsItem, Request, Sends, Service, Takes, Verb, WritesItem,
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
    property::{PROPERTY, Property, PropertyValue},
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

/// A function handle.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function",
    label = "only functions run code: they are triggered, send, ask, read, write and call",
    note = "pass a `Function<…>`; a link starts where control comes from, as in `queue.triggers(&function)` or `function.sends_to(&queue)`"
)]
pub trait Runs: Handle {
    /// The contract its code is held to.
    type Contract: Contract;
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
    note = "messages go to queues and topics with `sends_to`"
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
    note = "put a `Topic` in front, or let a function send with `sends_to`"
)]
pub trait Broadcast: Handle {
    /// What it copies.
    type Message: Message;
}

/// A handle on a queue of messages `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a queue of `{M}`",
    label = "a topic of `{M}` fans out only to queues of `{M}`",
    note = "link a `Queue<{M}>`; to start a function from a topic use `triggers`"
)]
pub trait Subscriber<M>: Handle {}

/// A handle on an HTTP API.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no routes",
    label = "only HTTP APIs route requests to functions",
    note = "pass an `HttpApi`; other sources start functions with `triggers`"
)]
pub trait Front: Handle {}

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

impl<C: Contract> Runs for Function<C> {
    type Contract = C;
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

impl Front for HttpApi {}

impl<T: Runs> Runs for Lazy<T> {
    type Contract = T::Contract;
}

impl<T: Source> Source for Lazy<T> {
    type Payload = T::Payload;
    type Delivery = T::Delivery;
}

impl<T: Sink> Sink for Lazy<T> {
    type Message = T::Message;
}

impl<T: Store> Store for Lazy<T> {
    type Item = T::Item;
}

impl<T: Callee> Callee for Lazy<T> {
    type Service = T::Service;
}

impl<T: Broadcast> Broadcast for Lazy<T> {
    type Message = T::Message;
}

impl<M, T: Subscriber<M>> Subscriber<M> for Lazy<T> {}

impl<T: Front> Front for Lazy<T> {}

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
        F: Runs,
        F::Contract: Takes<Self::Payload>,
    {
        Linked::new(self, Verb::Triggers, function, "", Self::Payload::NAME)
    }

    /// This API hands the requests of a route to the function, and its answers back.
    #[track_caller]
    fn routes<B, F>(&self, route: Route<B>, function: &F) -> Linked<Direct>
    where
        Self: Front + Sized,
        B: Message,
        F: Runs,
        F::Contract: Takes<HttpRequest<B>>,
    {
        Linked::new(self, Verb::Routes, function, route.key(), B::NAME)
    }

    /// This topic copies each of its messages to the queue.
    #[track_caller]
    fn fans_out_to<Q>(&self, queue: &Q) -> Linked<Direct>
    where
        Self: Broadcast + Sized,
        Q: Subscriber<Self::Message>,
    {
        Linked::new(self, Verb::FansOut, queue, "", Self::Message::NAME)
    }

    /// This function hands its messages of the sink's type to the sink and goes on.
    ///
    /// Which transport carries them is the network's choice; the function's code stays the same.
    #[track_caller]
    fn sends_to<S>(&self, sink: &S) -> Linked<Direct>
    where
        Self: Runs + Sized,
        S: Sink,
        Self::Contract: Sends<S::Message>,
    {
        Linked::new(self, Verb::Sends, sink, "", S::Message::NAME)
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
        F: Runs,
        <F::Contract as Contract>::Input: Request,
        F::Contract: Answers<<F::Contract as Contract>::Input>,
        Self::Contract: Asks<<F::Contract as Contract>::Input>,
    {
        let request = <<F::Contract as Contract>::Input as Message>::NAME;
        Linked::new(self, Verb::Asks, function, "", request)
    }

    /// This function reads items of the table.
    #[track_caller]
    fn reads<T>(&self, table: &T) -> Linked<Direct>
    where
        Self: Runs + Sized,
        T: Store,
        Self::Contract: ReadsItem<T::Item>,
    {
        Linked::new(self, Verb::Reads, table, "", T::Item::NAME)
    }

    /// This function writes items of the table.
    #[track_caller]
    fn writes<T>(&self, table: &T) -> Linked<Direct>
    where
        Self: Runs + Sized,
        T: Store,
        Self::Contract: WritesItem<T::Item>,
    {
        Linked::new(self, Verb::Writes, table, "", T::Item::NAME)
    }

    /// This function calls the service over HTTP.
    #[track_caller]
    fn calls<S>(&self, service: &S) -> Linked<Direct>
    where
        Self: Runs + Sized,
        S: Callee,
        Self::Contract: CallsService<S::Service>,
    {
        Linked::new(self, Verb::Calls, service, "", S::Service::NAME)
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
        from: &impl Handle,
        verb: Verb,
        to: &impl Handle,
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

    fn set_property<R, V: PropertyValue>(
        mut self,
        property: Property<R, V>,
        value: impl Into<V::Given>,
    ) -> Linked<D> {
        let key = format_smolstr!("{PROPERTY}mapping/{}", property.path());
        self.facts.insert(key, Value::json(&V::json(value.into())), self.origin.clone());
        self
    }
}

/// The resource behind a link from a queue or a stream.
pub type Mapping = crate::property::lambda::EventSourceMapping;

impl Linked<Batched> {
    /// Messages handed to one run: 1 to 10000; 10 if unset.
    pub fn batch_size(self, size: Bounded<range::BatchSize>) -> Linked<Batched> {
        self.with(BATCH_SIZE, size)
    }

    /// How long to wait for a batch to fill: 0 to 300 seconds; 0 if unset.
    pub fn batch_window(self, window: Bounded<range::BatchWindow>) -> Linked<Batched> {
        self.with(BATCH_WINDOW, window)
    }

    /// Runs this queue may cause at a time: 2 to 1000; no bound of its own if unset.
    pub fn max_concurrency(self, runs: Bounded<range::MaxConcurrency>) -> Linked<Batched> {
        self.with(MAX_CONCURRENCY, runs)
    }

    /// Sets any property of the event source mapping.
    pub fn set<V: PropertyValue>(
        self,
        property: Property<Mapping, V>,
        value: impl Into<V::Given>,
    ) -> Linked<Batched> {
        self.set_property(property, value)
    }
}

impl Linked<BatchedFifo> {
    /// Messages handed to one run: 1 to 10; 10 if unset.
    pub fn batch_size(self, size: Bounded<range::FifoBatchSize>) -> Linked<BatchedFifo> {
        let key = SmolStr::new_static(BATCH_SIZE.key());
        let mut linked = self;
        linked.facts.insert(key, Value::Number(size.get()), linked.origin.clone());
        linked
    }

    /// Runs this queue may cause at a time: 2 to 1000; no bound of its own if unset.
    pub fn max_concurrency(self, runs: Bounded<range::MaxConcurrency>) -> Linked<BatchedFifo> {
        self.with(MAX_CONCURRENCY, runs)
    }

    /// Sets any property of the event source mapping.
    pub fn set<V: PropertyValue>(
        self,
        property: Property<Mapping, V>,
        value: impl Into<V::Given>,
    ) -> Linked<BatchedFifo> {
        self.set_property(property, value)
    }
}

impl Linked<Streamed> {
    /// Changes handed to one run: 1 to 10000; 100 if unset.
    pub fn batch_size(self, size: Bounded<range::BatchSize>) -> Linked<Streamed> {
        self.with(BATCH_SIZE, size)
    }

    /// How long to wait for a batch to fill: 0 to 300 seconds; 0 if unset.
    pub fn batch_window(self, window: Bounded<range::BatchWindow>) -> Linked<Streamed> {
        self.with(BATCH_WINDOW, window)
    }

    /// Sets any property of the event source mapping.
    pub fn set<V: PropertyValue>(
        self,
        property: Property<Mapping, V>,
        value: impl Into<V::Given>,
    ) -> Linked<Streamed> {
        self.set_property(property, value)
    }
}

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

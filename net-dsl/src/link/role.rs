//! What a handle can be in a link: what runs, what triggers, what takes messages.
//!
//! Which kind plays which role stands beside the kind, in `entity/*.rs`.

use super::{Admits, Held, Selection};
use crate::{Contract, Handle, Message, Payload, Service, entity::bucket::Stored};

/// A function handle.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function",
    label = "only functions run code: they are triggered, send, ask, read, write and call",
    note = "put a `Function<…>` here, finished with `.build()`; a link starts where control comes from: `queue.triggers(&function)`, `function.sends_to(&queue)`, `function.reads(&table)`"
)]
pub trait Runs: Handle {
    /// The contract its code is held to.
    type Contract: Contract;
    /// [`Code`](super::Code) under that contract.
    type Code: Held<Contract = Self::Contract>;
}

/// A handle on something that triggers functions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot trigger a function",
    label = "this is not a source of events",
    note = "queues, topics, schedules, table streams (`table.stream()`), events of buckets (`bucket.created()`) and of buses (`bus.events::<Placed>()`), and skills, finished with `.build()`, trigger functions; a function reaches another with `sends_to` or `asks`; an HTTP API uses `routes`"
)]
pub trait Source: Handle {
    /// What the function is given.
    type Payload: Payload;
    /// Which settings the link has: [`Direct`](super::Direct), [`Batched`](super::Batched),
    /// [`BatchedFifo`](super::BatchedFifo), [`Streamed`](super::Streamed) or
    /// [`Invoked`](super::Invoked).
    type Delivery;

    /// Which of its events a link hands over.
    fn selection(&self) -> Selection {
        Selection::default()
    }
}

/// A handle on something that takes messages `Message` from functions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no messages",
    label = "nothing can be sent here",
    note = "functions send to queues, FIFO queues, topics, buses (`bus.events::<Placed>()`) and other functions, finished with `.build()`; tables are written with `writes`, services called with `calls`"
)]
pub trait Sink: Handle {
    /// What it takes.
    type Message: Message;

    /// Whether it keeps its messages in order inside their groups.
    #[doc(hidden)]
    const ORDERED: bool = false;
}

/// A handle on a table of items or a bucket of objects.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a table nor a bucket",
    label = "only tables and buckets are read and written",
    note = "put a `Table<…>` or a `Bucket<…>` here, finished with `.build()`; messages go to queues and topics with `sends_to`, and a table's stream only gives its changes"
)]
pub trait Store: Handle {
    /// What it holds.
    type Item: Stored;
}

/// A handle on a service that functions call.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service",
    label = "only external services and HTTP APIs are called",
    note = "put an `ExternalService<…>` here, finished with `.build()`; another function of the network is asked with `asks`, an `HttpApi` is called as `&api.serves::<Service>()`"
)]
pub trait Callee: Handle {
    /// Which service it is.
    type Service: Service;
}

/// A handle on something that copies its messages to queues.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fan out",
    label = "only topics and events of buckets are copied to queues",
    note = "put a `Topic` in front, finished with `.build()`, as in `topic.fans_out_to(&queue)`, or let a function send with `sends_to`"
)]
pub trait Broadcast: Handle {
    /// What it copies.
    type Message: Message;
    /// To what: [`Copying`](super::Copying), [`Notifying`](super::Notifying) or [`Ruling`](super::Ruling).
    type How;
    /// Which settings the link has.
    type Delivery;

    /// Which of its messages a link copies.
    fn selection(&self) -> Selection {
        Selection::default()
    }
}

/// A handle on something that a rule of a bus hands events `M` to: a queue, a topic or another bus.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a target of `{M}`",
    label = "a bus hands `{M}` to standard queues and topics of `{M}`, and to other buses",
    note = "link a `Queue<{M}>`, a `Topic<{M}>` or `&bus.events::<{M}>()`; functions are started with `triggers`"
)]
pub trait RuleTarget<M>: Handle {}

/// A handle on something that is told of a bucket's events `M`: a queue or a topic.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be told of `{M}`",
    label = "a bucket tells standard queues and topics of `{M}`",
    note = "link a `Queue<{M}>` or a `Topic<{M}>`, finished with `.build()`: S3 tells no FIFO queue, and functions are started with `triggers`"
)]
pub trait Notified<M>: Handle {}

/// A handle on a queue of messages `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot subscribe to a topic of `{M}`",
    label = "a topic of `{M}` fans out only to standard queues of `{M}`",
    note = "link a `Queue<{M}>`, finished with `.build()`: no FIFO queue subscribes to a topic, and functions are started with `triggers`"
)]
pub trait Subscriber<M>: Handle {}

/// A handle on an HTTP API.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no routes",
    label = "only HTTP APIs route requests to functions",
    note = "pass an `HttpApi`, finished with `.build()`; other sources start functions with `triggers`"
)]
pub trait Front: Handle {
    /// [`Gate`](super::Gate).
    type Gate: Admits;
}

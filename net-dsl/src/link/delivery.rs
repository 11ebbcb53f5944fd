//! How a link hands events over, and so which settings it has.

use crate::{Range, range};

/// Settings of a link that hands events over one at a time: it has none.
#[derive(Clone, Copy, Debug)]
pub enum Direct {}
/// Settings of a link that hands events over one at a time and waits for the answer: it has none.
#[derive(Clone, Copy, Debug)]
pub enum Invoked {}
/// Settings of a link from a standard queue.
#[derive(Clone, Copy, Debug)]
pub enum Batched {}
/// Settings of a link from a FIFO queue.
#[derive(Clone, Copy, Debug)]
pub enum BatchedFifo {}
/// Settings of a link from a table's stream.
#[derive(Clone, Copy, Debug)]
pub enum Streamed {}

/// Settings of a link that a rule of a bus is.
#[derive(Clone, Copy, Debug)]
pub enum Ruled {}

/// Links whose deliveries are tried again as often as is said.
#[diagnostic::on_unimplemented(
    message = "this link is `{Self}`: how often it tries again is not the network's to say",
    label = "only links from event buses have retries and a maximum age",
    note = "a queue's `max_receives` says how often its messages are tried"
)]
pub trait Retries {}

impl Retries for Ruled {}

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

//! FIFO queues: messages of one group wait in order.

use super::{
    DEADLINE, Descriptor, Handle, Holds, Kind, Shape, Starts, Unlinked, by_message, handle_impls,
    queue, typed,
};
use crate::{
    Bounded, Grouped, Name, Setting, Verb,
    contract::check_name,
    facts::Facts,
    given::{GivenCount, GivenName, GivenSeconds},
    link::{BatchedFifo, Sink, Source},
    property::{self, Makes},
    range,
    reference::{HasArn, Refers},
};
use std::{convert::identity, marker::PhantomData};
use typed_builder::TypedBuilder;

/// Whether SQS drops a message whose body it has seen in the last five minutes.
pub const CONTENT_DEDUPLICATION: Setting<bool, bool> =
    Setting::switch("content-deduplication", "queue/ContentBasedDeduplication");
/// Whether groups, not the whole queue, bound the throughput.
pub const HIGH_THROUGHPUT: Setting<bool, bool> =
    Setting::new("high-throughput", "queue/FifoThroughputLimit", identity, |limit| {
        Some(limit == "perMessageGroupId")
    });

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "FIFO queue",
    article: "a FIFO queue",
    suffixes: &["Queue", "DeadLetterQueue", "QueuePolicy"],
    shape: Shape::NumberedSlots,
    holds: Holds::Messages,
    starts: Starts::Reached,
    permitted: false,
    unattended: false,
    provides: &[Verb::Sends],
    is_typed: by_message,
    unlinked: Some(Unlinked::Conduit {
        why: "messages would wait until their retention is over, and be lost",
        help: "let it start a function: `queue.triggers(&function)`, or add the brick that does",
    }),
    time: queue::delay,
};

/// A FIFO queue of messages `M`, which name the group inside which they stay in order; deployed as
/// an SQS FIFO queue with its dead-letter queue.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Command { device: String } messages! { Command }
/// # impl Grouped for Command { fn group(&self) -> String { self.device.clone() } }
/// let commands = FifoQueue::<Command>::builder().name(name!("commands")).high_throughput().build();
/// assert_eq!(commands.name().to_string(), "commands");
/// ```
#[derive(TypedBuilder)]
pub struct FifoQueue<M: Grouped> {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// How long a received message stays hidden: 0 seconds to 12 hours; 6 times the consumer's
    /// timeout if unset, as AWS advises.
    #[builder(default, setter(transform = |visibility_timeout: impl GivenSeconds<range::VisibilityTimeout>| Some(visibility_timeout.given())))]
    visibility_timeout: Option<Bounded<range::VisibilityTimeout>>,
    /// How long messages are kept: 60 seconds to 14 days; 4 days if unset.
    #[builder(default, setter(transform = |retention: impl GivenSeconds<range::MessageRetention>| Some(retention.given())))]
    retention: Option<Bounded<range::MessageRetention>>,
    /// How long each message is held back: 0 to 900 seconds; 0 if unset.
    #[builder(default, setter(transform = |delay: impl GivenSeconds<range::Delay>| Some(delay.given())))]
    delay: Option<Bounded<range::Delay>>,
    /// Failed receives before a message goes to the dead-letter queue: 1 to 1000; 5 if unset.
    #[builder(default, setter(transform = |max_receives: impl GivenCount<range::MaxReceives>| Some(max_receives.given())))]
    max_receives: Option<Bounded<range::MaxReceives>>,
    /// How soon a message must be done with, along the whole path it starts.
    #[builder(default, setter(transform = |deadline: impl GivenSeconds<range::Deadline>| Some(deadline.given())))]
    deadline: Option<Bounded<range::Deadline>>,
    /// Does without a dead-letter queue: a message that fails too often is lost.
    #[builder(setter(strip_bool))]
    no_dead_letters: bool,
    /// Drops a message whose body was seen in the last five minutes and that has no deduplication id of
    /// its own. Code on `net-runtime` gives each message one; this is for other senders.
    #[builder(setter(strip_bool))]
    content_deduplication: bool,
    /// Lets groups, not the whole queue, bound the throughput.
    #[builder(setter(strip_bool))]
    high_throughput: bool,
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> M>,
}

handle_impls!(FifoQueue<M: Grouped> {
    name, visibility_timeout, retention, delay, max_receives, deadline, no_dead_letters,
    content_deduplication, high_throughput,
});

impl<M: Grouped> Handle for FifoQueue<M> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        const { check_name(M::NAME) };
        typed::<M>(Kind::FifoQueue, &self.name, M::NAME)
            .maybe(queue::VISIBILITY_TIMEOUT.attribute(), self.visibility_timeout)
            .maybe(queue::RETENTION.attribute(), self.retention)
            .maybe(queue::DELAY.attribute(), self.delay)
            .maybe(queue::MAX_RECEIVES.attribute(), self.max_receives.map(Some))
            .maybe(DEADLINE, self.deadline)
            .maybe(queue::MAX_RECEIVES.attribute(), self.no_dead_letters.then_some(None))
            .maybe(CONTENT_DEDUPLICATION.attribute(), self.content_deduplication.then_some(true))
            .maybe(HIGH_THROUGHPUT.attribute(), self.high_throughput.then_some(true))
    }
}

impl<M: Grouped> Source for FifoQueue<M> {
    type Payload = M;
    type Delivery = BatchedFifo;
}

impl<M: Grouped> Sink for FifoQueue<M> {
    type Message = M;
    const ORDERED: bool = true;
}

impl<M: Grouped> Makes<property::sqs::Queue> for FifoQueue<M> {
    const PART: &'static str = "queue";
}

impl<M: Grouped> Refers for FifoQueue<M> {}

impl<M: Grouped> HasArn for FifoQueue<M> {}

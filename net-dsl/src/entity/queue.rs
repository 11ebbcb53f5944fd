//! Standard queues: messages wait, in no particular order.

use super::{
    DEADLINE, Descriptor, Handle, Holds, Kind, Shape, Starts, Unlinked, by_message, function,
    handle_impls, typed,
};
use crate::{
    Bounded, Graph, GraphNode, Message, Name, Range, Setting, Verb,
    contract::check_name,
    facts::Facts,
    given::{GivenCount, GivenName, GivenSeconds},
    link::{Batched, Notified, RuleTarget, Sink, Source, Subscriber, batch_window},
    property::{self, Makes},
    range,
    reference::{HasArn, Refers},
    setting,
};
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// How long a received message stays hidden from other consumers, in seconds.
pub const VISIBILITY_TIMEOUT: Setting<Bounded<range::VisibilityTimeout>> =
    Setting::number("visibility-timeout", "queue/VisibilityTimeout");
/// How long a message nobody takes is kept, in seconds.
pub const RETENTION: Setting<Bounded<range::MessageRetention>> =
    Setting::number("retention", "queue/MessageRetentionPeriod");
/// How long a message is held back before anyone sees it, in seconds.
pub const DELAY: Setting<Bounded<range::Delay>> = Setting::number("delay", "queue/DelaySeconds");
/// Failed receives before a message goes to the dead-letter queue; none for a queue that does
/// without one.
pub const MAX_RECEIVES: Setting<Option<Bounded<range::MaxReceives>>, Option<u64>> = Setting::new(
    "max-receives",
    "queue/RedrivePolicy/maxReceiveCount",
    |receives| receives.map(Bounded::get),
    |count| Some(setting::whole(count)),
);

/// How long messages are kept where nothing is said, in seconds: 4 days.
pub const DEFAULT_RETENTION: u64 = 4 * 86_400;
/// How long dead letters are kept, in seconds: 14 days, the longest SQS allows.
pub const DEAD_LETTER_RETENTION: u64 = 14 * 86_400;
/// Failed receives before a message counts as dead where nothing is said; AWS advises at least 5
/// for queues that feed functions.
pub const DEFAULT_MAX_RECEIVES: u64 = 5;

/// How long a received message stays hidden where nobody says so and nothing takes it, in seconds:
/// what SQS takes by itself.
pub const DEFAULT_VISIBILITY_TIMEOUT: u64 = 30;

/// The visibility timeout that a consumer needs, in seconds: 6 times its timeout plus the batch
/// window of the link to it, as AWS advises ("Creating and configuring an Amazon SQS event source
/// mapping", AWS Lambda Developer Guide); at most the 12 hours that SQS takes.
pub fn needed_visibility_timeout(consumer: &Facts, link: &Facts) -> u64 {
    (6 * function::timeout(consumer) + batch_window(link)).min(range::VisibilityTimeout::MAX)
}

/// How long a received message stays hidden, in seconds: as said, or else what the most demanding
/// consumer needs.
pub fn effective_visibility_timeout(graph: &Graph<'_>, queue: &GraphNode<'_>) -> u64 {
    let derived = || {
        queue
            .outgoing(Verb::Triggers)
            .map(|(to, link)| needed_visibility_timeout(graph.nodes()[to].facts, link.facts()))
            .max()
            .unwrap_or(DEFAULT_VISIBILITY_TIMEOUT)
    };
    queue.facts.setting(VISIBILITY_TIMEOUT).unwrap_or_else(derived)
}

/// How long a message nobody takes is kept, in seconds: by override, as set, or by default.
pub fn retention(facts: &Facts) -> u64 {
    facts.setting(RETENTION).unwrap_or(DEFAULT_RETENTION)
}

/// How long a message is held back, in seconds: by override, as set, or not at all.
pub fn delay(facts: &Facts) -> u64 {
    facts.setting(DELAY).unwrap_or(0)
}

/// Failed receives before a message goes to the dead-letter queue: by override, as set, or by
/// default; none if there is no such queue.
pub fn max_receives(facts: &Facts) -> Option<u64> {
    facts.setting(MAX_RECEIVES).unwrap_or(Some(DEFAULT_MAX_RECEIVES))
}

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "queue",
    article: "a standard queue",
    suffixes: &["Queue", "DeadLetterQueue", "QueuePolicy"],
    shape: Shape::Slots,
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
    time: delay,
};

/// A standard queue of messages `M`, deployed as an SQS queue with its dead-letter queue.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Order; messages! { Order }
/// let orders = Queue::<Order>::builder().name(name!("orders")).retention(days!(1)).build();
/// assert_eq!(orders.name().to_string(), "orders");
/// ```
#[derive(TypedBuilder)]
pub struct Queue<M: Message> {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// How long a received message stays hidden: 0 seconds to 12 hours; 6 times the consumer's
    /// timeout plus the batch window if unset, as AWS advises.
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
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> M>,
}

handle_impls!(Queue<M: Message> {
    name, visibility_timeout, retention, delay, max_receives, deadline, no_dead_letters,
});

impl<M: Message> Handle for Queue<M> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        const { check_name(M::NAME) };
        typed::<M>(Kind::Queue, &self.name, M::NAME)
            .maybe(VISIBILITY_TIMEOUT.attribute(), self.visibility_timeout)
            .maybe(RETENTION.attribute(), self.retention)
            .maybe(DELAY.attribute(), self.delay)
            .maybe(MAX_RECEIVES.attribute(), self.max_receives.map(Some))
            .maybe(DEADLINE, self.deadline)
            .maybe(MAX_RECEIVES.attribute(), self.no_dead_letters.then_some(None))
    }
}

impl<M: Message> Source for Queue<M> {
    type Payload = M;
    type Delivery = Batched;
}

impl<M: Message> Sink for Queue<M> {
    type Message = M;
}

impl<M: Message> Subscriber<M> for Queue<M> {}

impl<M: Message> Makes<property::sqs::Queue> for Queue<M> {
    const PART: &'static str = "queue";
}

impl<M: Message> Refers for Queue<M> {}

impl<M: Message> HasArn for Queue<M> {}

impl<M: Message> Notified<M> for Queue<M> {}

impl<M: Message> RuleTarget<M> for Queue<M> {}

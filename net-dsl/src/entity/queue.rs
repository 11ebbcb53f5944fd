//! Standard queues: messages wait, in no particular order.

use super::{DEADLINE, Handle, Kind, MESSAGE, facts, handle_impls};
use crate::{
    Bounded, Message, Name,
    facts::{Attribute, Facts},
    link::{Batched, Sink, Source, Subscriber},
    range,
};
use smol_str::SmolStr;
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// How long a received message stays hidden from other consumers, in seconds.
pub const VISIBILITY_TIMEOUT: Attribute<Bounded<range::VisibilityTimeout>> =
    Attribute::new("visibility-timeout");
/// How long a message nobody takes is kept, in seconds.
pub const RETENTION: Attribute<Bounded<range::MessageRetention>> = Attribute::new("retention");
/// How long a message is held back before anyone sees it, in seconds.
pub const DELAY: Attribute<Bounded<range::Delay>> = Attribute::new("delay");
/// Failed receives before a message goes to the dead-letter queue.
pub const MAX_RECEIVES: Attribute<Bounded<range::MaxReceives>> = Attribute::new("max-receives");
/// Whether the queue does without a dead-letter queue.
pub const NO_DEAD_LETTERS: Attribute<bool> = Attribute::new("no-dead-letters");

/// How long messages are kept where nothing is said, in seconds: 4 days.
pub const DEFAULT_RETENTION: u64 = 4 * 86_400;
/// How long dead letters are kept, in seconds: 14 days, the longest SQS allows.
pub const DEAD_LETTER_RETENTION: u64 = 14 * 86_400;
/// Failed receives before a message counts as dead where nothing is said; AWS advises at least 5
/// for queues that feed functions.
pub const DEFAULT_MAX_RECEIVES: u64 = 5;

/// How long a received message stays hidden, in seconds, if anybody said so.
pub fn visibility_timeout(facts: &Facts) -> Option<u64> {
    facts
        .overridden("queue/VisibilityTimeout")
        .or_else(|| facts.get(VISIBILITY_TIMEOUT).map(Bounded::get))
}

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
    name: Name,
    /// How long a received message stays hidden: 0 seconds to 12 hours; 6 times the consumer's
    /// timeout if unset, as AWS advises.
    #[builder(default, setter(strip_option))]
    visibility_timeout: Option<Bounded<range::VisibilityTimeout>>,
    /// How long messages are kept: 60 seconds to 14 days; 4 days if unset.
    #[builder(default, setter(strip_option))]
    retention: Option<Bounded<range::MessageRetention>>,
    /// How long each message is held back: 0 to 900 seconds; 0 if unset.
    #[builder(default, setter(strip_option))]
    delay: Option<Bounded<range::Delay>>,
    /// Failed receives before a message goes to the dead-letter queue: 1 to 1000; 5 if unset.
    #[builder(default, setter(strip_option))]
    max_receives: Option<Bounded<range::MaxReceives>>,
    /// How soon a message must be done with, along the whole path it starts.
    #[builder(default, setter(strip_option))]
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
        facts(Kind::Queue, &self.name)
            .with(MESSAGE, SmolStr::new_static(M::NAME))
            .maybe(VISIBILITY_TIMEOUT, self.visibility_timeout)
            .maybe(RETENTION, self.retention)
            .maybe(DELAY, self.delay)
            .maybe(MAX_RECEIVES, self.max_receives)
            .maybe(DEADLINE, self.deadline)
            .maybe(NO_DEAD_LETTERS, self.no_dead_letters.then_some(true))
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

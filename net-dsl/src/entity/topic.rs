//! Topics: messages are copied to every subscriber.

use super::{
    DEADLINE, Descriptor, Handle, Holds, Kind, Shape, Starts, Unlinked, by_message, handle_impls,
    no_time, typed,
};
use crate::{
    Bounded, Message, Name, Verb,
    contract::check_name,
    facts::Facts,
    given::{GivenName, GivenSeconds},
    link::{Broadcast, Copying, Direct, Notified, RuleTarget, Sink, Source},
    property::{self, Makes},
    range,
    reference::{HasArn, Refers},
};
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "topic",
    article: "a topic",
    suffixes: &["Topic", "TopicPolicy"],
    shape: Shape::Flag,
    holds: Holds::Nothing,
    starts: Starts::Reached,
    permitted: true,
    unattended: true,
    provides: &[Verb::Sends],
    is_typed: by_message,
    unlinked: Some(Unlinked::Conduit {
        why: "messages would be dropped at once",
        help: "let it start a function or copy to a queue: `topic.fans_out_to(&queue)`",
    }),
    time: no_time,
};

/// A topic of messages `M`, deployed as an SNS topic.
///
/// It triggers functions and fans out to queues.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Order; messages! { Order }
/// let placed = Topic::<Order>::builder().name(name!("placed")).build();
/// let archive = Queue::<Order>::builder().name(name!("archive")).build();
/// assert_eq!(Network::from(placed.fans_out_to(&archive)).len(), 2);
/// ```
#[derive(TypedBuilder)]
pub struct Topic<M: Message> {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// How soon a message must be done with, along every path it starts.
    #[builder(default, setter(transform = |deadline: impl GivenSeconds<range::Deadline>| Some(deadline.given())))]
    deadline: Option<Bounded<range::Deadline>>,
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> M>,
}

handle_impls!(Topic<M: Message> { name, deadline });

impl<M: Message> Handle for Topic<M> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        const { check_name(M::NAME) };
        typed::<M>(Kind::Topic, &self.name, M::NAME).maybe(DEADLINE, self.deadline)
    }
}

impl<M: Message> Source for Topic<M> {
    type Payload = M;
    type Delivery = Direct;
}

impl<M: Message> Sink for Topic<M> {
    type Message = M;
}

impl<M: Message> Broadcast for Topic<M> {
    type Message = M;
    type How = Copying;
    type Delivery = Direct;
}

impl<M: Message> Makes<property::sns::Topic> for Topic<M> {
    const PART: &'static str = "topic";
}

impl<M: Message> Refers for Topic<M> {}

impl<M: Message> HasArn for Topic<M> {
    const ARN: Option<&'static str> = None;
}

impl<M: Message> Notified<M> for Topic<M> {}

impl<M: Message> RuleTarget<M> for Topic<M> {}

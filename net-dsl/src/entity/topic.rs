//! Topics: messages are copied to every subscriber.

use super::{DEADLINE, Handle, Kind, MESSAGE, facts, handle_impls};
use crate::{
    Bounded, Message, Name,
    facts::Facts,
    link::{Broadcast, Direct, Sink, Source},
    range,
};
use smol_str::SmolStr;
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

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
    name: Name,
    /// How soon a message must be done with, along every path it starts.
    #[builder(default, setter(strip_option))]
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
        facts(Kind::Topic, &self.name)
            .with(MESSAGE, SmolStr::new_static(M::NAME))
            .maybe(DEADLINE, self.deadline)
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
}

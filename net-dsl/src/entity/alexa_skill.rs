//! Alexa Smart Home skills.

use super::{
    DEADLINE, Descriptor, Handle, Holds, Kind, Shape, Starts, Unlinked, by_message, handle_impls,
    no_time, typed,
};
use crate::{
    Bounded, Name, Request,
    contract::check_name,
    facts::Facts,
    given::{GivenName, GivenSeconds},
    link::{Invoked, Source},
    range,
};
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "skill",
    article: "an Alexa skill",
    suffixes: &["SkillId"],
    shape: Shape::Trapezium,
    holds: Holds::Nothing,
    starts: Starts::Outside,
    permitted: true,
    unattended: false,
    provides: &[],
    is_typed: by_message,
    unlinked: Some(Unlinked::Source { help: "link it: `source.triggers(&function)`" }),
    time: no_time,
};

/// An Alexa Smart Home skill, whose directives `D` invoke a function and wait for its answer: the
/// directive's [`Request::Reply`].
///
/// The skill's id is a parameter of the deployment. Alexa waits 8 seconds for an answer to a
/// directive (Alexa documentation, "Alexa.Response").
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Directive; pub struct Event; messages! { Directive, Event }
/// impl Request for Directive { type Reply = Event; }
/// let alexa = AlexaSkill::<Directive>::builder().name(name!("alexa")).deadline(seconds!(8)).build();
/// # let _ = alexa;
/// ```
#[derive(TypedBuilder)]
pub struct AlexaSkill<D: Request> {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// How soon a directive must be answered.
    #[builder(default, setter(transform = |deadline: impl GivenSeconds<range::Deadline>| Some(deadline.given())))]
    deadline: Option<Bounded<range::Deadline>>,
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> D>,
}

handle_impls!(AlexaSkill<D: Request> { name, deadline });

impl<D: Request> Handle for AlexaSkill<D> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        const { check_name(D::NAME) };
        typed::<D>(Kind::AlexaSkill, &self.name, D::NAME).maybe(DEADLINE, self.deadline)
    }
}

impl<D: Request> Source for AlexaSkill<D> {
    type Payload = D;
    type Delivery = Invoked;
}

//! Alexa Smart Home skills.

use super::{DEADLINE, Handle, Kind, MESSAGE, facts, handle_impls};
use crate::{
    Bounded, Message, Name,
    facts::Facts,
    link::{Direct, Source},
    range,
};
use smol_str::SmolStr;
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// An Alexa Smart Home skill, whose directives `D` invoke a function and wait for its answer.
///
/// The skill's id is a parameter of the deployment. Alexa waits 8 seconds for an answer to a
/// directive (Alexa documentation, "Alexa.Response").
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Directive; messages! { Directive }
/// let alexa = AlexaSkill::<Directive>::builder().name(name!("alexa")).deadline(seconds!(8)).build();
/// # let _ = alexa;
/// ```
#[derive(TypedBuilder)]
pub struct AlexaSkill<D: Message> {
    name: Name,
    /// How soon a directive must be answered.
    #[builder(default, setter(strip_option))]
    deadline: Option<Bounded<range::Deadline>>,
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> D>,
}

handle_impls!(AlexaSkill<D: Message> { name, deadline });

impl<D: Message> Handle for AlexaSkill<D> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        facts(Kind::AlexaSkill, &self.name)
            .with(MESSAGE, SmolStr::new_static(D::NAME))
            .maybe(DEADLINE, self.deadline)
    }
}

impl<D: Message> Source for AlexaSkill<D> {
    type Payload = D;
    type Delivery = Direct;
}

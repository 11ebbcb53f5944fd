//! A skill's function answers what its directives ask for.

use net_dsl::prelude::*;

pub struct Directive;
pub struct Event;
messages! { Directive, Event }
impl Request for Directive {
    type Reply = Event;
}
contract! { pub Entrypoint: Directive => () {} }

fn main() {
    let alexa = AlexaSkill::<Directive>::builder().name(name!("alexa")).build();
    let entrypoint = Function::<Entrypoint>::builder().name(name!("entrypoint")).build();
    let _ = alexa.triggers(&entrypoint);
}

//! A skill waits for an answer, and so its directives have one.

use net_dsl::prelude::*;

pub struct Directive;
messages! { Directive }

fn main() {
    let _alexa = AlexaSkill::<Directive>::builder().name(name!("alexa")).build();
}

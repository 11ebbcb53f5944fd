//! An entity has a name.

use net_dsl::prelude::*;

pub struct Directive;
pub struct Event;
messages! { Directive, Event }
impl Request for Directive {
    type Reply = Event;
}

fn main() {
    let _entity = AlexaSkill::<Directive>::builder().build();
}

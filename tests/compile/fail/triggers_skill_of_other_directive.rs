//! The skill hands over `Directive`s, the function takes `Order`s.

use net_dsl::prelude::*;

pub struct Directive;
pub struct Event;
pub struct Order;
messages! { Directive, Event, Order }
impl Request for Directive {
    type Reply = Event;
}
contract! { pub Kitchen: Order => Event {} }

fn main() {
    let alexa = AlexaSkill::<Directive>::builder().name(name!("alexa")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    alexa.triggers(&kitchen);
}

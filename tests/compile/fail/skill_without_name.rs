//! An entity has a name.

use net_dsl::prelude::*;

pub struct Directive;
messages! { Directive }

fn main() {
    let _entity = AlexaSkill::<Directive>::builder().build();
}

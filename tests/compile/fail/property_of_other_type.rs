//! The size is a number.

use net_dsl::{
    prelude::*,
    property::{self, lambda},
};

contract! { pub Task: Tick => () {} }

fn main() {
    let task = Function::<Task>::builder().name(name!("task")).build();
    property::set(&task, lambda::function::EPHEMERAL_STORAGE_SIZE, "1024");
}

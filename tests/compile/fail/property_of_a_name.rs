//! An overlay names its entity by a handle, which has a type.

use net_dsl::{
    prelude::*,
    property::{self, lambda},
};

contract! { pub Task: Tick => () {} }

fn main() {
    property::set(&name!("task"), lambda::function::EPHEMERAL_STORAGE_SIZE, 1024);
}

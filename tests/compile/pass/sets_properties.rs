//! Any property of a resource, by an overlay.

use net_dsl::{
    prelude::*,
    property::{self, lambda},
};
use once_cell::sync::Lazy;

contract! { pub Task: Tick => () {} }

static SHARED: Lazy<Function<Task>> =
    Lazy::new(|| Function::builder().name(name!("shared")).build());

fn main() {
    let task = Function::<Task>::builder().name(name!("task")).build();
    let size = lambda::function::EPHEMERAL_STORAGE_SIZE;
    let network = Network::from(&task)
        + property::set(&task, size, 1_024)
        + property::set(&*SHARED, size, 2_048_i64)
        + property::set(&SHARED, size, 2_048_u32);
    assert!(network.get(&task).is_some());
}

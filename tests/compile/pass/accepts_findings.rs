//! A finding accepted, with its reason, for any kind of handle.

use net_dsl::{accept, prelude::*};

pub struct Order;
messages! { Order }
contract! { pub Task: Tick => () {} }

fn main() {
    let task = Function::<Task>::builder().name(name!("task")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let handle: &dyn Handle = &orders;
    let network = accept(&task, "N203", "started by hand, once a year")
        + accept(handle, "N203", "another team's function reads it");
    assert_eq!(network.len(), 2);
}

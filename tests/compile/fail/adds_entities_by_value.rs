//! A sum starts with a reference to an entity.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let archive = Queue::<Order>::builder().name(name!("archive")).build();
    let _both = orders + archive;
}

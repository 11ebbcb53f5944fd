//! An entity has one name.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Queue::<Order>::builder().name(name!("orders")).name(name!("archive")).build();
}

//! A deadline is a day at most.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Queue::<Order>::builder().name(name!("orders")).deadline(days!(2)).build();
}

//! A name is written with `name!`.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Queue::<Order>::builder().name("orders").build();
}

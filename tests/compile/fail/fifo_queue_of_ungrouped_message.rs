//! A FIFO queue orders only messages that name their group.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = FifoQueue::<Order>::builder().name(name!("orders")).build();
}

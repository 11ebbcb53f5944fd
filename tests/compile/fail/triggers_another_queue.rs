//! A queue triggers a queue.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let archive = Queue::<Order>::builder().name(name!("archive")).build();
    orders.triggers(&archive);
}

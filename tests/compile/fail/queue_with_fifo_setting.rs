//! Only a FIFO queue drops duplicates.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Queue::<Order>::builder().name(name!("orders")).content_deduplication().build();
}

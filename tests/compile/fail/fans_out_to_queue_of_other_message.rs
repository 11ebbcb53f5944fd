//! A topic of `Order`s fans out to a queue of `Receipt`s.

use net_dsl::prelude::*;

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }

fn main() {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let receipts = Queue::<Receipt>::builder().name(name!("receipts")).build();
    placed.fans_out_to(&receipts);
}

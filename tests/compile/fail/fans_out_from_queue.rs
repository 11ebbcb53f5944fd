//! A queue hands a message to one consumer; only topics copy.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let archive = Queue::<Order>::builder().name(name!("archive")).build();
    orders.fans_out_to(&archive);
}

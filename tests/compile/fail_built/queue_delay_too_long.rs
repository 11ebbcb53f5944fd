//! SQS holds a message back for 15 minutes at most.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Queue::<Order>::builder().name(name!("orders")).delay(hours!(1)).build();
}

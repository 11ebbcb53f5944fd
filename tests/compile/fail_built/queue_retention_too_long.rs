//! SQS keeps a message for 14 days at most.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Queue::<Order>::builder().name(name!("orders")).retention(days!(15)).build();
}

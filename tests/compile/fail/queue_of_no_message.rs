//! `Order` is a plain type until `messages!` makes it a message.

use net_dsl::prelude::*;

pub struct Order;

fn main() {
    let _orders = Queue::<Order>::builder().name(name!("orders")).build();
}

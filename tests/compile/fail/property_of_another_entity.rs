//! Ephemeral storage is a function's, not a queue's.

use net_dsl::{
    prelude::*,
    property::{self, lambda},
};

pub struct Order;
messages! { Order }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    property::set(&orders, lambda::function::EPHEMERAL_STORAGE_SIZE, 1024);
}

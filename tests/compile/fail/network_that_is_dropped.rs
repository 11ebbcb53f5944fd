//! A sum that nobody takes is a mistake.
#![deny(unused_must_use)]

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let mut network = Network::empty();
    network += &orders;
    network.clone() + &orders;
    orders.network();
}

//! An entity is added by reference.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let _network = Network::empty() + orders;
}

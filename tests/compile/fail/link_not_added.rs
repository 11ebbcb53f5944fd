//! A link that is added to nothing is not in the network.

#![deny(unused_must_use)]

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn back() -> Network {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    orders.triggers(&kitchen);
    Network::from(&orders)
}

fn main() {
    back();
}

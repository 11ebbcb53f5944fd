//! An entity is added by reference.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

contract! { pub Kitchen: Order => () {} }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let _network = Network::empty() + orders;
    let _network = orders.triggers(&kitchen) + kitchen;
}

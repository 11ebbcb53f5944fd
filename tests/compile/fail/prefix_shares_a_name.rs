//! Shared entities are given as handles.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let back = Network::from(orders.triggers(&kitchen));
    back.prefix(&name!("left"), &[&name!("orders")]);
}

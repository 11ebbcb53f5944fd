//! A queue causes 2 runs at a time at least; fewer are the function's to bound.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let _network = Network::from(orders.triggers(&kitchen).max_concurrency(count!(1)));
}

//! A standard queue hands over 10000 messages at most.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let _network = Network::from(orders.triggers(&kitchen).batch_size(count!(10_001)));
}

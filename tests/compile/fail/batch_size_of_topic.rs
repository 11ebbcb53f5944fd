//! A topic hands messages over one at a time.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let _network = Network::from(placed.triggers(&kitchen).batch_size(count!(5)));
}

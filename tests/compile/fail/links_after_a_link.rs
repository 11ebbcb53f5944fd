//! A link is part of a network, not an entity to link on from.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    till.sends_to(&orders).triggers(&kitchen);
}

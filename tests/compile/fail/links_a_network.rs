//! A brick is added, not linked to.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let back = Network::from(orders.triggers(&kitchen));
    till.sends_to(&back);
}

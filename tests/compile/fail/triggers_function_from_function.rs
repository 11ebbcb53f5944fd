//! A function sends to another or asks it; it does not trigger it.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    till.triggers(&kitchen);
}

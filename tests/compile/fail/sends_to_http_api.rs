//! An API is called, not sent to.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let shop = HttpApi::builder().name(name!("shop")).build();
    till.sends_to(&shop);
}

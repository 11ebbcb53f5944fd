//! `Order` is a message but not a request.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! {
    pub Till: Tick => () { asks Order }
    pub Kitchen: Order => () {}
}

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    till.asks(&kitchen);
}

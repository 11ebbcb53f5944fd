//! A brick returns a network; a link becomes one with `into()`.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn back() -> Network {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    orders.triggers(&kitchen)
}

fn main() {
    back();
}

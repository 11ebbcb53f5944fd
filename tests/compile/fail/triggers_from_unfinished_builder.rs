//! An unfinished builder is not an entity.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders"));
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    orders.triggers(&kitchen);
}

//! A link joins handles, not names.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    orders.triggers(&name!("kitchen"));
}

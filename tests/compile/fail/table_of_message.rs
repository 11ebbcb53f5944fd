//! A table holds items, which have keys.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Table::<Order>::builder().name(name!("orders")).build();
}

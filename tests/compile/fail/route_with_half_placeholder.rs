//! A placeholder is a whole part of the path.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _route = route!(PUT "/orders/no-{order}" => Order);
}

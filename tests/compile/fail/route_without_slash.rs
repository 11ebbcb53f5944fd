//! A path starts with a slash.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _route = route!(POST "orders" => Order);
}

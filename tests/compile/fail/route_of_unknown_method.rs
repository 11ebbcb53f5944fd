//! There is no method `SEND`.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _route = route!(SEND "/orders" => Order);
}

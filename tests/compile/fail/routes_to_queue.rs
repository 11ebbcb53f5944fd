//! A route leads to a function; only that can answer.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let shop = HttpApi::builder().name(name!("shop")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    shop.routes(route!(POST "/orders" => Order), &orders);
}

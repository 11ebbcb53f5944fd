//! A queue has no routes.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: HttpRequest<Order> => HttpResponse {} }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    orders.routes(route!(POST "/orders" => Order), &till);
}

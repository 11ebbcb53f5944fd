//! The arrow is the wrong way round: the API routes to the function.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: HttpRequest<Order> => HttpResponse {} }

fn main() {
    let shop = HttpApi::builder().name(name!("shop")).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    till.routes(route!(POST "/orders" => Order), &shop);
}

//! A route's function answers an `HttpResponse`.

use net_dsl::prelude::*;

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }
contract! { pub Till: HttpRequest<Order> => Receipt {} }

fn main() {
    let shop = HttpApi::builder().name(name!("shop")).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    let _ = shop.routes(route!(POST "/orders" => Order), &till);
}

//! The route's requests carry nothing, the function takes requests of `Order`s.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: HttpRequest<Order> => HttpResponse {} }

fn main() {
    let shop = HttpApi::builder().name(name!("shop")).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    shop.routes(route!(POST "/orders"), &till);
}

//! The function takes `Order`, not `HttpRequest<Order>`.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let shop = HttpApi::builder().name(name!("shop")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    shop.routes(route!(POST "/orders" => Order), &kitchen);
}

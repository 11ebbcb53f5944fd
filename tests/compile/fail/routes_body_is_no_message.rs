//! The body of the route is no message.

use net_dsl::prelude::*;

pub struct Order;
contract! { pub Task: HttpRequest<()> => HttpResponse {} }

fn main() {
    let shop = HttpApi::builder().name(name!("shop")).build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    shop.routes(route!(POST "/orders" => Order), &task);
}

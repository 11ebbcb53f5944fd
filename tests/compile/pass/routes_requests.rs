//! An HTTP API hands requests to functions, by path, method and body.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! {
    pub Till: HttpRequest<Order> => HttpResponse {}
    pub Menu: HttpRequest<()> => HttpResponse {}
}

fn main() {
    let shop = HttpApi::builder().name(name!("shop")).deadline(seconds!(2)).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    let menu = Function::<Menu>::builder().name(name!("menu")).build();

    let network = shop.routes(route!(POST "/orders" => Order), &till)
        + shop.routes(route!(PUT "/orders/{order}" => Order), &till)
        + shop.routes(route!(ANY "/menu/{rest+}" => ()), &menu)
        + shop.routes(route!(GET "/"), &menu);
    assert_eq!(network.links_from(name!("shop")).len(), 4);
}

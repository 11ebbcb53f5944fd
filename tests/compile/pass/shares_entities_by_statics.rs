//! Every verb takes entities that are lazy statics, on either end.

use net_dsl::prelude::*;
use once_cell::sync::Lazy;

pub struct Order;
pub struct Price;
pub struct Grant;
messages! { Order, Price }
impl Request for Order {
    type Reply = Price;
}

impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

services! { pub Bank }
contract! {
    pub Till: HttpRequest<()> => HttpResponse {
        sends Order,
        asks Order,
        reads Grant,
        writes Grant,
        calls Bank,
    }
    pub Kitchen: Order => Price {}
}

static SHOP: Lazy<HttpApi> = Lazy::new(|| HttpApi::builder().name(name!("shop")).build());
static ORDERS: Lazy<Queue<Order>> = Lazy::new(|| Queue::builder().name(name!("orders")).build());
static PLACED: Lazy<Topic<Order>> = Lazy::new(|| Topic::builder().name(name!("placed")).build());
static GRANTS: Lazy<Table<Grant>> = Lazy::new(|| Table::builder().name(name!("grants")).build());
static BANK: Lazy<ExternalService<Bank>> =
    Lazy::new(|| ExternalService::builder().name(name!("bank")).build());
static TILL: Lazy<Function<Till>> = Lazy::new(|| Function::builder().name(name!("till")).build());
static KITCHEN: Lazy<Function<Kitchen>> =
    Lazy::new(|| Function::builder().name(name!("kitchen")).build());

fn main() {
    let network = SHOP.routes(route!(GET "/" => ()), &TILL)
        + TILL.sends_to(&PLACED)
        + PLACED.fans_out_to(&ORDERS)
        + ORDERS.triggers(&KITCHEN).batch_size(count!(1))
        + TILL.asks(&KITCHEN)
        + TILL.reads(&GRANTS)
        + TILL.writes(&GRANTS)
        + TILL.calls(&BANK);
    assert_eq!(network.links().count(), 8);
}

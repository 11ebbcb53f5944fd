//! Every verb, override and sum takes what wraps a handle, on either end: a lazy static of the standard
//! library, shared pointers, boxes, references of any depth.

use net_dsl::{
    accept,
    prelude::*,
    property::{self, lambda},
};
use std::{
    cell::LazyCell,
    rc::Rc,
    sync::{Arc, LazyLock},
};

pub struct Order;
pub struct Price;
pub struct Grant;
messages! { Order, Price }
impl Request for Order {
    type Reply = Price;
}
impl Grouped for Order {
    fn group(&self) -> String {
        String::new()
    }
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
    pub Watcher: Change<Grant> => () {}
    pub Chore: Tick => () {}
}

static SHOP: LazyLock<HttpApi> = LazyLock::new(|| HttpApi::builder().name(name!("shop")).build());
static ORDERS: LazyLock<Queue<Order>> =
    LazyLock::new(|| Queue::builder().name(name!("orders")).build());
static PLACED: LazyLock<Topic<Order>> =
    LazyLock::new(|| Topic::builder().name(name!("placed")).build());
static GRANTS: LazyLock<Table<Grant>> =
    LazyLock::new(|| Table::builder().name(name!("grants")).build());
static BANK: LazyLock<ExternalService<Bank>> =
    LazyLock::new(|| ExternalService::builder().name(name!("bank")).build());
static TILL: LazyLock<Function<Till>> =
    LazyLock::new(|| Function::builder().name(name!("till")).build());
static KITCHEN: LazyLock<Function<Kitchen>> =
    LazyLock::new(|| Function::builder().name(name!("kitchen")).build());

fn by_statics() -> Network {
    SHOP.routes(route!(GET "/" => ()), &TILL)
        + TILL.sends_to(&PLACED)
        + PLACED.fans_out_to(&ORDERS)
        + ORDERS.triggers(&KITCHEN).batch_size(count!(1))
        + TILL.asks(&KITCHEN)
        + TILL.reads(&GRANTS)
        + TILL.writes(&GRANTS)
        + TILL.calls(&BANK)
        + &KITCHEN
        + property::set(&KITCHEN, lambda::function::EPHEMERAL_STORAGE_SIZE, 1_024)
        + accept(&ORDERS, "N304", "by hand")
}

fn by_pointers() -> Network {
    let shop = Arc::new(HttpApi::builder().name(name!("shop")).build());
    let orders = Rc::new(Queue::<Order>::builder().name(name!("orders")).build());
    let placed = Box::new(Topic::<Order>::builder().name(name!("placed")).build());
    let grants = Arc::new(Table::<Grant>::builder().name(name!("grants")).build());
    let bank = Arc::new(ExternalService::<Bank>::builder().name(name!("bank")).build());
    let till = LazyCell::new(|| Function::<Till>::builder().name(name!("till")).build());
    let kitchen = Arc::new(Box::new(Function::<Kitchen>::builder().name(name!("kitchen")).build()));
    shop.routes(route!(GET "/" => ()), &till)
        + till.sends_to(&placed)
        + placed.fans_out_to(&orders)
        + orders.triggers(&kitchen).batch_size(count!(1))
        + till.asks(&kitchen)
        + till.reads(&grants)
        + till.writes(&grants)
        + till.calls(&bank)
        + &kitchen
        + property::set(&kitchen, lambda::function::EPHEMERAL_STORAGE_SIZE, 1_024)
        + accept(&orders, "N304", "by hand")
}

fn by_references() -> Network {
    let shop = &&&HttpApi::builder().name(name!("shop")).build();
    let orders = &&&Queue::<Order>::builder().name(name!("orders")).build();
    let placed = &&&Topic::<Order>::builder().name(name!("placed")).build();
    let grants = &&&Table::<Grant>::builder().name(name!("grants")).build();
    let bank = &&&ExternalService::<Bank>::builder().name(name!("bank")).build();
    let till = &&&Function::<Till>::builder().name(name!("till")).build();
    let kitchen = &&&Function::<Kitchen>::builder().name(name!("kitchen")).build();
    shop.routes(route!(GET "/" => ()), till)
        + till.sends_to(placed)
        + placed.fans_out_to(orders)
        + orders.triggers(kitchen).batch_size(count!(1))
        + till.asks(kitchen)
        + till.reads(grants)
        + till.writes(grants)
        + till.calls(bank)
        + kitchen
        + property::set(kitchen, lambda::function::EPHEMERAL_STORAGE_SIZE, 1_024)
        + accept(orders, "N304", "by hand")
}

/// What other sources there are.
fn other_sources() -> Network {
    let lane = Arc::new(FifoQueue::<Order>::builder().name(name!("lane")).build());
    let skill = Arc::new(AlexaSkill::<Order>::builder().name(name!("skill")).build());
    let clock = Arc::new(Schedule::builder().name(name!("clock")).rate(minutes!(5)).build());
    let watcher = Arc::new(Function::<Watcher>::builder().name(name!("watcher")).build());
    let chore = Arc::new(Function::<Chore>::builder().name(name!("chore")).build());
    let stream = Arc::new(GRANTS.stream());
    lane.triggers(&*KITCHEN)
        + skill.triggers(&KITCHEN)
        + clock.triggers(&chore)
        + stream.triggers(&watcher)
        + TILL.sends_to(&lane)
        + TILL.calls(&Arc::new(SHOP.serves::<Bank>()))
}

fn main() {
    assert!(by_statics().is_equivalent(&by_pointers()));
    assert!(by_statics().is_equivalent(&by_references()));
    assert_eq!(by_statics().links().count(), 8);
    assert_eq!(other_sources().links().count(), 6);
    let handles: [&dyn Handle; 2] = [&ORDERS, &&*KITCHEN];
    assert_eq!(by_statics().prefix(&name!("left"), &handles).len(), by_statics().len());
}

//! Queues, FIFO queues, topics, schedules, streams and skills start functions.

use net_dsl::prelude::*;

pub struct Order;
pub struct Directive;
pub struct Event;
messages! { Order, Directive, Event }
impl Request for Directive {
    type Reply = Event;
}
impl Grouped for Order {
    fn group(&self) -> String {
        String::from("all")
    }
}

impl Item for Order {
    const NAME: &'static str = "Order";
    const PARTITION: Key = Key::text("number");
}

contract! {
    pub Kitchen: Order => () {}
    pub Auditor: Change<Order> => () {}
    pub Task: Tick => () {}
    pub Entrypoint: Directive => Event {}
}

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let in_order = FifoQueue::<Order>::builder().name(name!("in-order")).build();
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let ledger = Table::<Order>::builder().name(name!("ledger")).build();
    let clock = Schedule::builder().name(name!("clock")).rate(minutes!(1)).build();
    let alexa = AlexaSkill::<Directive>::builder().name(name!("alexa")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let auditor = Function::<Auditor>::builder().name(name!("auditor")).build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    let entrypoint = Function::<Entrypoint>::builder().name(name!("entrypoint")).build();

    let network = orders.triggers(&kitchen)
        + in_order.triggers(&kitchen)
        + placed.triggers(&kitchen)
        + ledger.stream().triggers(&auditor)
        + clock.triggers(&task)
        + alexa.triggers(&entrypoint);
    assert_eq!(network.links().count(), 6);
}

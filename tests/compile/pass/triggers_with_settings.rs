//! Each kind of queue has the settings that AWS gives its links.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
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
}

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let in_order = FifoQueue::<Order>::builder().name(name!("in-order")).build();
    let ledger = Table::<Order>::builder().name(name!("ledger")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let auditor = Function::<Auditor>::builder().name(name!("auditor")).build();

    let _network = orders
        .triggers(&kitchen)
        .batch_size(count!(10_000))
        .batch_window(minutes!(5))
        .max_concurrency(count!(2))
        + in_order.triggers(&kitchen).batch_size(count!(10)).max_concurrency(count!(1_000))
        + ledger.stream().triggers(&auditor).batch_size(count!(1)).batch_window(seconds!(0));
}

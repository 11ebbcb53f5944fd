//! One contract, four transports: the code is the same.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
impl Grouped for Order {
    fn group(&self) -> String {
        String::from("all")
    }
}

contract! {
    pub Till: Tick => () { sends Order }
    pub Kitchen: Order => () {}
}

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let in_order = FifoQueue::<Order>::builder().name(name!("in-order")).build();
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();

    let _by_queue = Network::from(till.sends_to(&orders));
    let _by_fifo_queue = Network::from(till.sends_to(&in_order));
    let _by_topic = Network::from(till.sends_to(&placed));
    let _by_invocation = Network::from(till.sends_to(&kitchen));
}

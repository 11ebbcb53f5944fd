//! A brick that leaves open what carries its messages.

use net_dsl::{link::Sink, prelude::*};

pub struct Order;
messages! { Order }
impl Grouped for Order {
    fn group(&self) -> String {
        String::from("all")
    }
}

contract! { pub Till: Tick => () { sends Order } }

fn front(sink: &impl Sink<Message = Order>) -> Network {
    let till = Function::<Till>::builder().name(name!("till")).build();
    till.sends_to(sink).into()
}

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let in_order = FifoQueue::<Order>::builder().name(name!("in-order")).build();
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    assert_eq!(front(&orders).len() + front(&in_order).len() + front(&placed).len(), 6);
}

//! A contract with a parameter says that its message names a group, or a FIFO queue would have one group.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
impl Grouped for Order {
    fn group(&self) -> String {
        String::new()
    }
}

contract! { pub Forward<M: Message>: M => () { sends M } }

fn main() {
    let orders = FifoQueue::<Order>::builder().name(name!("orders")).build();
    let forward = Function::<Forward<Order>>::builder().name(name!("forward")).build();
    let _ = forward.sends_to(&orders);
}

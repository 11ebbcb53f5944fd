//! The contract does not say that the code sends `Order`s.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Task: Tick => () {} }

fn main() {
    let task = Function::<Task>::builder().name(name!("task")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    task.sends_to(&orders);
}

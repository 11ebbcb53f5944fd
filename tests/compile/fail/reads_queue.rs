//! A queue triggers functions; they do not read it.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Clerk: Tick => () {} }

fn main() {
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    clerk.reads(&orders);
}

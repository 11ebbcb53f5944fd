//! A queue is typed with its message, not with a contract.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let _orders = Queue::<Kitchen>::builder().name(name!("orders")).build();
}

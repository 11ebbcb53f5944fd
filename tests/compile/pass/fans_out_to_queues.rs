//! A topic copies its messages to queues and starts functions.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let archive = Queue::<Order>::builder().name(name!("archive")).build();
    let ledger = Queue::<Order>::builder().name(name!("ledger")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();

    let network =
        placed.fans_out_to(&archive) + placed.fans_out_to(&ledger) + placed.triggers(&kitchen);
    assert_eq!(network.len(), 4);
}

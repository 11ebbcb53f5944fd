//! A topic triggers functions; it fans out to queues.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    placed.fans_out_to(&kitchen);
}

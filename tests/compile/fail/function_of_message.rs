//! A function is typed with its contract, not with its message.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _kitchen = Function::<Order>::builder().name(name!("kitchen")).build();
}

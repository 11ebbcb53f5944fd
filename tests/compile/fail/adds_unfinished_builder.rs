//! A builder becomes an entity with `.build()`.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _network = Network::empty() + Queue::<Order>::builder().name(name!("orders"));
}

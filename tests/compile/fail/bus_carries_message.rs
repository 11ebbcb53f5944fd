//! A bus carries events: messages with a source and a type.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let bus = EventBus::builder().name(name!("bus")).build();
    bus.events::<Order>();
}

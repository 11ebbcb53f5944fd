//! A bus says no group, so it tells no FIFO queue.

use net_dsl::prelude::*;

pub struct Placed;
events! { Placed from "my.shop" }
impl Grouped for Placed {
    fn group(&self) -> String {
        String::new()
    }
}

fn main() {
    let bus = EventBus::builder().name(name!("bus")).build();
    let orders = FifoQueue::<Placed>::builder().name(name!("orders")).build();
    bus.events::<Placed>().fans_out_to(&orders);
}

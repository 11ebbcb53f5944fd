//! A condition is on the events that it selects.

use net_dsl::prelude::*;

pub struct Placed {
    pub total: u32,
}
pub struct Paid {
    pub total: u32,
}
events! { Placed from "my.shop", Paid from "my.shop" }

fn main() {
    let bus = EventBus::builder().name(name!("bus")).build();
    bus.events::<Placed>().matching([field!(Paid, total).at_least(100)]);
}

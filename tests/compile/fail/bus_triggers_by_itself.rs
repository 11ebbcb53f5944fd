//! Its events start something, and not the bus.

use net_dsl::prelude::*;

pub struct Placed;
events! { Placed from "my.shop" }
contract! { pub Thanks: Placed => () {} }

fn main() {
    let bus = EventBus::builder().name(name!("bus")).build();
    let thanks = Function::<Thanks>::builder().name(name!("thanks")).build();
    bus.triggers(&thanks);
}

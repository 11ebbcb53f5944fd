//! A rule tries at most 185 times, for at most a day.

use net_dsl::prelude::*;

pub struct Placed;
events! { Placed from "my.shop" }
contract! { pub Thanks: Placed => () {} }

fn main() {
    let bus = EventBus::builder().name(name!("bus")).build();
    let thanks = Function::<Thanks>::builder().name(name!("thanks")).build();
    let placed = bus.events::<Placed>();
    placed.triggers(&thanks).retries(count!(186)).maximum_age(hours!(25));
}

//! A function takes the event that starts it.

use net_dsl::prelude::*;

pub struct Placed;
pub struct Paid;
events! { Placed from "my.shop", Paid from "my.shop" }
contract! { pub Thanks: Paid => () {} }

fn main() {
    let bus = EventBus::builder().name(name!("bus")).build();
    let thanks = Function::<Thanks>::builder().name(name!("thanks")).build();
    bus.events::<Placed>().triggers(&thanks);
}

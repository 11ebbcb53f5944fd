//! What a bus calls takes the event as its body.

use net_dsl::prelude::*;

pub struct Placed;
pub struct Paid;
events! { Placed from "my.shop", Paid from "my.shop" }
services! { pub Bank }

fn main() {
    let bus = EventBus::builder().name(name!("bus")).build();
    let bank = ExternalService::<Bank>::builder().name(name!("bank")).build();
    bus.events::<Placed>().calls(&bank, route!(POST "/orders" => Paid));
}

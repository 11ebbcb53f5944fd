//! A condition is on a field that the event has.

use net_dsl::prelude::*;

pub struct Placed {
    pub total: u32,
}
events! { Placed from "my.shop" }

fn main() {
    let _ = field!(Placed, totals).at_least(100);
}

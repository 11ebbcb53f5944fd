//! A schedule triggers functions only.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    clock.sends_to(&orders);
}

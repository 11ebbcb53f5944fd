//! Nothing is sent to a clock.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
    till.sends_to(&clock);
}

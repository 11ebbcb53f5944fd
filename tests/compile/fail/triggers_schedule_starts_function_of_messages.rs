//! A schedule gives `Tick`s, the function takes `Order`s.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn main() {
    let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    clock.triggers(&kitchen);
}

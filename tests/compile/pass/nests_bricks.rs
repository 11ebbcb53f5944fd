//! A brick of bricks.

use net_dsl::{brick, prelude::*};

contract! { pub Task: Tick => () {} }

fn inner() -> Network {
    let clock = Schedule::builder().name(name!("clock")).rate(hours!(1)).build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    brick(name!("inner"), clock.triggers(&task))
}

fn main() {
    let outer = brick(name!("outer"), inner() + Network::empty());
    assert_eq!(outer.bricks().len(), 2);
}

//! A queue's delay is not a function's timeout.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let delay: net_dsl::Bounded<net_dsl::range::Delay> = seconds!(30);
    let _task = Function::<Task>::builder().name(name!("task")).timeout(delay).build();
}

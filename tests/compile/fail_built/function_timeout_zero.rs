//! A run takes a second at least.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder().name(name!("task")).timeout(seconds!(0)).build();
}

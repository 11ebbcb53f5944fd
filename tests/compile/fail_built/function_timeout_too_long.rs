//! Lambda stops a run after 15 minutes.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder().name(name!("task")).timeout(minutes!(16)).build();
}

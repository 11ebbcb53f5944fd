//! A timeout has a unit.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder().name(name!("task")).timeout(30).build();
}

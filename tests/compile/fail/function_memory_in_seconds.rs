//! Memory is a size.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder().name(name!("task")).memory(seconds!(256)).build();
}

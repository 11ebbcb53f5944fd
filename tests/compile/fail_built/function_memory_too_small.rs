//! Lambda gives 128 MiB at least.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder().name(name!("task")).memory(mebibytes!(64)).build();
}

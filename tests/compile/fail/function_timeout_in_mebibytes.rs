//! A timeout is a duration.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder().name(name!("task")).timeout(mebibytes!(30)).build();
}

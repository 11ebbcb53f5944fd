//! CloudWatch keeps logs for certain numbers of days only.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder().name(name!("task")).log_retention(days!(10)).build();
}

//! A concurrency is a plain number.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task =
        Function::<Task>::builder().name(name!("task")).reserved_concurrency(seconds!(10)).build();
}

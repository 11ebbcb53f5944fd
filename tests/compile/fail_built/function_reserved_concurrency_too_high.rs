//! No account has so many runs.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder()
        .name(name!("task"))
        .reserved_concurrency(count!(100_001))
        .build();
}

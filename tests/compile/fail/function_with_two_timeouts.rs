//! A setting is given once.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder()
        .name(name!("task"))
        .timeout(seconds!(30))
        .timeout(seconds!(60))
        .build();
}

//! `seconds!` takes constants; `Bounded::new` takes the rest.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let patience = 30;
    let _task = Function::<Task>::builder().name(name!("task")).timeout(seconds!(patience)).build();
}

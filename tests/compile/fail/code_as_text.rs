//! A text does not say what kind of code it is.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _task = Function::<Task>::builder().name(name!("task")).code("task").build();
}

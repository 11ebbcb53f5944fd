//! A constant may be an expression, with a name of its own.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

const ATTEMPTS: u64 = 3;
const TASK: &str = "task";

fn main() {
    let _task =
        Function::<Task>::builder().name(name!(TASK)).timeout(seconds!(ATTEMPTS * 10)).build();
}

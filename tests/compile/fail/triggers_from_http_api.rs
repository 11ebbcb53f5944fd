//! An HTTP API routes; it does not trigger.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let shop = HttpApi::builder().name(name!("shop")).build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    shop.triggers(&task);
}

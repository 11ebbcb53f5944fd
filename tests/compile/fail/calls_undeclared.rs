//! The contract does not say that the code calls `Bank`.

use net_dsl::prelude::*;

services! { pub Bank }
contract! { pub Task: Tick => () {} }

fn main() {
    let task = Function::<Task>::builder().name(name!("task")).build();
    let bank = ExternalService::<Bank>::builder().name(name!("bank")).build();
    task.calls(&bank);
}

//! Another function of the network is asked, not called.

use net_dsl::prelude::*;

services! { pub Bank }
contract! { pub Task: Tick => () {} }
contract! { pub Payer: Tick => () { calls Bank } }

fn main() {
    let payer = Function::<Payer>::builder().name(name!("payer")).build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    payer.calls(&task);
}

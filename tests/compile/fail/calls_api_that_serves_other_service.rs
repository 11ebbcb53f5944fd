//! The API serves `Post`, the contract calls `Bank`.

use net_dsl::prelude::*;

services! { pub Bank, pub Post }
contract! { pub Payer: Tick => () { calls Bank } }

fn main() {
    let payer = Function::<Payer>::builder().name(name!("payer")).build();
    let gateway = HttpApi::builder().name(name!("gateway")).build();
    payer.calls(&gateway.serves::<Post>());
}

//! The contract calls `Bank`, the service is `Post`.

use net_dsl::prelude::*;

services! { pub Bank, pub Post }
contract! { pub Payer: Tick => () { calls Bank } }

fn main() {
    let payer = Function::<Payer>::builder().name(name!("payer")).build();
    let post = ExternalService::<Post>::builder().name(name!("post")).build();
    payer.calls(&post);
}

//! An API is called as the service it serves.

use net_dsl::prelude::*;

services! { pub Bank }
contract! { pub Payer: Tick => () { calls Bank } }

fn main() {
    let payer = Function::<Payer>::builder().name(name!("payer")).build();
    let gateway = HttpApi::builder().name(name!("gateway")).build();
    payer.calls(&gateway);
}

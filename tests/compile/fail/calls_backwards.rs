//! The arrow is the wrong way round: the function calls the service.

use net_dsl::prelude::*;

services! { pub Bank }
contract! { pub Payer: Tick => () { calls Bank } }

fn main() {
    let payer = Function::<Payer>::builder().name(name!("payer")).build();
    let bank = ExternalService::<Bank>::builder().name(name!("bank")).build();
    bank.calls(&payer);
}

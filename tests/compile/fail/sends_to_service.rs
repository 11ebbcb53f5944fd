//! A service is called, not sent to.

use net_dsl::prelude::*;

services! { pub Bank }
pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let bank = ExternalService::<Bank>::builder().name(name!("bank")).build();
    till.sends_to(&bank);
}

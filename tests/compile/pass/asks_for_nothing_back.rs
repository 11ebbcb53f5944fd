//! A request may be answered with `()`: the asker waits until it is done.

use net_dsl::prelude::*;

pub struct Charge;
messages! { Charge }
impl Request for Charge {
    type Reply = ();
}

contract! {
    pub Till: Tick => () { asks Charge }
    pub Bank: Charge => () {}
}

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let bank = Function::<Bank>::builder().name(name!("bank")).build();
    let _network = Network::from(till.asks(&bank));
}

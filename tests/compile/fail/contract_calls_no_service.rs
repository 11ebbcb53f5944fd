//! What a contract calls is a service.

use net_dsl::prelude::*;

pub struct Bank;
contract! { pub Till: Tick => () { calls Bank } }

fn main() {}

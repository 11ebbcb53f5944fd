//! What a contract sends is a message.

use net_dsl::prelude::*;

pub struct Order;
contract! { pub Till: Tick => () { sends Order } }

fn main() {}

//! What a contract reads is an item.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { reads Order } }

fn main() {}

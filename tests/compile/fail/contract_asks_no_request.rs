//! What a contract asks is a request.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { asks Order } }

fn main() {}

//! A need is one of five verbs.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { emits Order } }

fn main() {}

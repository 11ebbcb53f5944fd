//! A need is one of five verbs.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { emits Order } }
contract! { pub Barrier: Tick => () { lifts Order } }
contract! { pub Cook: Tick => () { gets Order } }
contract! { pub Waiter: Tick => () { takes Order } }
contract! { pub Host: Tick => () { triggers Order } }

fn main() {}

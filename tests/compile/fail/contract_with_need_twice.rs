//! A need is declared once.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order, sends Order } }

fn main() {}

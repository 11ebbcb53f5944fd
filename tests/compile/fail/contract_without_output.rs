//! A contract says what the function answers.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order {} }

fn main() {}

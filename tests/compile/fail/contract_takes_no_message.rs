//! What a contract takes is a message.

use net_dsl::prelude::*;

pub struct Order;
contract! { pub Kitchen: Order => () {} }

fn main() {}

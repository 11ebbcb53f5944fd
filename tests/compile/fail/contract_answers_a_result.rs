//! A contract names what is answered; that a handler can fail goes without saying.

use net_dsl::prelude::*;

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }

contract! { pub Till: Order => Result<Receipt, String> {} }
contract! { pub Kitchen: Vec<Order> => () {} }

fn main() {}

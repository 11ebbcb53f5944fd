//! What is no list of messages says what it lacks.

use net_dsl::prelude::*;

pub struct Order;
pub struct Receipt;
pub struct Envelope<T>(T);
mod other {
    pub struct Price;
}

messages! { Order; Receipt }
messages! { Order Receipt }
messages! { other::Price }
messages! { Envelope<Order> }
messages! { pub Order }
messages! { struct Bill; }
messages! { Order => Receipt }
messages! { "Order" }

fn main() {}

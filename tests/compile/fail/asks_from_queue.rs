//! A queue asks nothing.

use net_dsl::prelude::*;

pub struct GetPrice;
pub struct Price;
messages! { GetPrice, Price }
impl Request for GetPrice {
    type Reply = Price;
}

contract! { pub Prices: GetPrice => Price {} }

fn main() {
    let questions = Queue::<GetPrice>::builder().name(name!("questions")).build();
    let prices = Function::<Prices>::builder().name(name!("prices")).build();
    questions.asks(&prices);
}

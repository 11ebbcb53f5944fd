//! The contract does not say that the code asks `GetPrice`.

use net_dsl::prelude::*;

pub struct GetPrice;
pub struct Price;
messages! { GetPrice, Price }
impl Request for GetPrice {
    type Reply = Price;
}

contract! {
    pub Till: Tick => () {}
    pub Prices: GetPrice => Price {}
}

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let prices = Function::<Prices>::builder().name(name!("prices")).build();
    till.asks(&prices);
}

//! A function asks another and waits for the reply of the request.

use net_dsl::prelude::*;

pub struct GetPrice;
pub struct Price;
messages! { GetPrice, Price }
impl Request for GetPrice {
    type Reply = Price;
}

contract! {
    pub Till: Tick => () { asks GetPrice }
    pub Prices: GetPrice => Price {}
}

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let prices = Function::<Prices>::builder().name(name!("prices")).build();
    let network = Network::from(till.asks(&prices));
    assert_eq!(network.len(), 2);
}

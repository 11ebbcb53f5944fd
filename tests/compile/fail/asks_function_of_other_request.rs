//! The contract asks `GetPrice`, the function answers `GetStock`.

use net_dsl::prelude::*;

pub struct GetPrice;
pub struct GetStock;
pub struct Count;
messages! { GetPrice, GetStock, Count }
impl Request for GetPrice {
    type Reply = Count;
}
impl Request for GetStock {
    type Reply = Count;
}

contract! {
    pub Till: Tick => () { asks GetPrice }
    pub Store: GetStock => Count {}
}

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let store = Function::<Store>::builder().name(name!("store")).build();
    till.asks(&store);
}

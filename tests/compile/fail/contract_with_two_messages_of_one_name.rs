//! The name is the address: two messages of one contract have two.

use net_dsl::prelude::*;

mod food {
    pub struct Order;
    pub struct OrderV2;
    net_dsl::messages! { Order, OrderV2 }
}
mod money {
    pub struct Order;
    #[allow(non_camel_case_types)]
    pub struct Order_V2;
    net_dsl::messages! { Order, Order_V2 }
}
contract! {
    pub Till: Tick => () { sends food::Order, sends money::Order }
    pub Desk: Tick => () { sends food::OrderV2, sends money::Order_V2 }
}

fn main() {}

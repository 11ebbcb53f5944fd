//! The contract sends `Order`s, the queue takes `Receipt`s.

use net_dsl::prelude::*;

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }
contract! { pub Till: Tick => () { sends Order } }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let receipts = Queue::<Receipt>::builder().name(name!("receipts")).build();
    till.sends_to(&receipts);
}

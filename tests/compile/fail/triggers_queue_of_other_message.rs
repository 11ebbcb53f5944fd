//! The queue holds `Receipt`s, the function takes `Order`s.

use net_dsl::prelude::*;

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }

contract! { pub Kitchen: Order => () {} }

fn main() {
    let receipts = Queue::<Receipt>::builder().name(name!("receipts")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    receipts.triggers(&kitchen);
}

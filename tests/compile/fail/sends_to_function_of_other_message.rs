//! The contract sends `Order`s, the function takes `Receipt`s.

use net_dsl::prelude::*;

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }
contract! { pub Till: Tick => () { sends Order } }
contract! { pub Printer: Receipt => () {} }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let printer = Function::<Printer>::builder().name(name!("printer")).build();
    till.sends_to(&printer);
}

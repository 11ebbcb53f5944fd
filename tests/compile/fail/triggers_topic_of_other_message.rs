//! The topic copies `Receipt`s, the function takes `Order`s.

use net_dsl::prelude::*;

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }

contract! { pub Kitchen: Order => () {} }

fn main() {
    let printed = Topic::<Receipt>::builder().name(name!("printed")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    printed.triggers(&kitchen);
}

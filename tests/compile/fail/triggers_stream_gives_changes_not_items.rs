//! A stream gives `Change<Order>`s, the function takes bare `Order`s.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
impl Item for Order {
    const NAME: &'static str = "Order";
    const PARTITION: Key = Key::text("number");
}

contract! { pub Kitchen: Order => () {} }

fn main() {
    let orders = Table::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    orders.stream().triggers(&kitchen);
}

//! Two bricks declare one queue alike, and so share it.

use net_dsl::{brick, prelude::*};

pub struct Order;
messages! { Order }
contract! {
    pub Till: Tick => () { sends Order }
    pub Kitchen: Order => () {}
}

fn orders() -> Queue<Order> {
    Queue::builder().name(name!("orders")).build()
}

fn front() -> Network {
    let till = Function::<Till>::builder().name(name!("till")).build();
    brick(name!("front"), till.sends_to(&orders()))
}

fn back() -> Network {
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    brick(name!("back"), orders().triggers(&kitchen))
}

fn main() {
    assert_eq!(front() + back(), back() + front());
}

//! A brick under two prefixes, with one queue shared.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    let one = Network::from(till.sends_to(&orders));
    let two = one.prefix(&name!("left"), &[&orders]) + one.prefix(&name!("right"), &[&orders]);
    assert_eq!(two.len(), 3);
}

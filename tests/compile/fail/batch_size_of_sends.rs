//! Only a source hands over batches.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let _network = Network::from(till.sends_to(&orders).batch_size(count!(5)));
}

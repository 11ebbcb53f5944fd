//! Contracts and messages may live in other modules than the network.

use net_dsl::prelude::*;

mod message {
    use net_dsl::prelude::*;

    pub struct Order;
    messages! { Order }
}

mod contract {
    use super::message;
    use net_dsl::prelude::*;

    contract! {
        /// Takes orders.
        pub(crate) Till: Tick => () {
            sends message::Order,
        }
    }
}

fn main() {
    let till = Function::<contract::Till>::builder().name(name!("till")).build();
    let orders = Queue::<message::Order>::builder().name(name!("orders")).build();
    let _network = Network::from(till.sends_to(&orders));
}

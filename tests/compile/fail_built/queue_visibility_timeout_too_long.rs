//! SQS hides a message for 12 hours at most.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders =
        Queue::<Order>::builder().name(name!("orders")).visibility_timeout(hours!(13)).build();
}

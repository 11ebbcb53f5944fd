//! SQS keeps a message for a minute at least.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Queue::<Order>::builder().name(name!("orders")).retention(seconds!(30)).build();
}

//! A queue has a visibility timeout, a function a timeout.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = Queue::<Order>::builder().name(name!("orders")).timeout(seconds!(30)).build();
}

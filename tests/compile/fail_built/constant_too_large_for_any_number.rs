//! So many days do not fit a number of seconds.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders =
        Queue::<Order>::builder().name(name!("orders")).retention(days!(u64::MAX)).build();
}

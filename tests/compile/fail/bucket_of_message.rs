//! A message is not an object.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    Bucket::<Order>::builder().name(name!("orders")).build();
}

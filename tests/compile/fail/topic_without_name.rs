//! An entity has a name.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _entity = Topic::<Order>::builder().build();
}

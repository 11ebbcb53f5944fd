//! A service is typed with its marker.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let _orders = ExternalService::<Order>::builder().name(name!("orders")).build();
}

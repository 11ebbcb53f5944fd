//! A builder becomes an entity with `.build()`.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () { sends Order } }

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let _ = orders.triggers(&Function::<Kitchen>::builder().name(name!("kitchen")));
    let _ = kitchen.sends_to(&Queue::<Order>::builder().name(name!("orders")));
}

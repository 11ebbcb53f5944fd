//! A queue triggers a table.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let grants = Table::<Grant>::builder().name(name!("grants")).build();
    orders.triggers(&grants);
}

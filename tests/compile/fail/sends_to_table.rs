//! A table is written, not sent to.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

contract! { pub Till: Tick => () { sends Order } }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let grants = Table::<Grant>::builder().name(name!("grants")).build();
    till.sends_to(&grants);
}

//! A table is written, not sent to, and a static table too.

use net_dsl::prelude::*;
use once_cell::sync::Lazy;

pub struct Order;
messages! { Order }
pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

contract! { pub Till: Tick => () { sends Order } }

static GRANTS: Lazy<Table<Grant>> = Lazy::new(|| Table::builder().name(name!("grants")).build());

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    till.sends_to(&GRANTS);
}

//! An entity has a name.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

fn main() {
    let _entity = Table::<Grant>::builder().build();
}

//! A key attribute has a name.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("");
}

fn main() {
    let grants = Table::<Grant>::builder().name(name!("grants")).build();
    let _network = Network::from(&grants);
}

//! An item's keys are two attributes, whether or not a contract names it.

use net_dsl::prelude::*;

pub struct Twice;
impl Item for Twice {
    const NAME: &'static str = "Twice";
    const PARTITION: Key = Key::text("id");
    const SORT: Option<Key> = Some(Key::text("id"));
}

fn main() {
    let _network = Table::<Twice>::builder().name(name!("twice")).build().network();
}

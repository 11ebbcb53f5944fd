//! A change starts a run, and does not travel.

use net_dsl::prelude::*;

pub struct Dish;
impl Item for Dish {
    const NAME: &'static str = "Dish";
    const PARTITION: Key = Key::text("name");
}

fn main() {
    let _changes = Topic::<Change<Dish>>::builder().name(name!("changes")).build();
}

//! `name!` takes constants; `Name::new` takes the rest.

use net_dsl::prelude::*;

fn main() {
    let room = String::from("room-12");
    let _name = name!(&room);
}

//! An entity has a name.

use net_dsl::prelude::*;

fn main() {
    let _entity = Schedule::builder().rate(minutes!(1)).build();
}

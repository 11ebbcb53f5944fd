//! A schedule counts in whole minutes.

use net_dsl::prelude::*;

fn main() {
    let _clock = Schedule::builder().name(name!("clock")).rate(seconds!(90)).build();
}

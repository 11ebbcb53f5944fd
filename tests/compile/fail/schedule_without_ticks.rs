//! A schedule says when it ticks.

use net_dsl::prelude::*;

fn main() {
    let _clock = Schedule::builder().name(name!("clock")).build();
}

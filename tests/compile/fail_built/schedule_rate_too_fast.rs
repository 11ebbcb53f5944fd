//! A schedule ticks once a minute at most.

use net_dsl::prelude::*;

fn main() {
    let _clock = Schedule::builder().name(name!("clock")).rate(seconds!(30)).build();
}

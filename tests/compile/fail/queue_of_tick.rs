//! A tick starts a run, and does not travel.

use net_dsl::prelude::*;

fn main() {
    let _ticks = Queue::<Tick>::builder().name(name!("ticks")).build();
}

//! A cron expression that never fires is a mistake.

use net_dsl::prelude::*;

fn main() {
    let _clock = Schedule::builder().name(name!("clock")).cron(cron!("0 3 30 2 ? *")).build();
}

//! Years are those that EventBridge Scheduler takes.

use net_dsl::prelude::*;

fn main() {
    let _clock = Schedule::builder().name(name!("clock")).cron(cron!("0 3 1 1 ? 1999")).build();
}

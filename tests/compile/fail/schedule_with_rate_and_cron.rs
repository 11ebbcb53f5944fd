//! A schedule has a rate or a cron expression.

use net_dsl::prelude::*;

fn main() {
    let _clock = Schedule::builder()
        .name(name!("clock"))
        .rate(minutes!(5))
        .cron(cron!("0 3 * * ? *"))
        .build();
}

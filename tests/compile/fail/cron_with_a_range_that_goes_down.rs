//! A range goes up.

use net_dsl::prelude::*;

fn main() {
    let _clock = Schedule::builder().name(name!("clock")).cron(cron!("50-10 3 * * ? *")).build();
}

//! A day has 24 hours.

use net_dsl::prelude::*;

fn main() {
    let _value = cron!("0 25 * * ? *");
}

//! Day of month and day of week contradict each other.

use net_dsl::prelude::*;

fn main() {
    let _value = cron!("0 3 1 * MON *");
}

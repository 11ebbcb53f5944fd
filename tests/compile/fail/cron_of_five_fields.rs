//! Unix cron has five fields, EventBridge six.

use net_dsl::prelude::*;

fn main() {
    let _value = cron!("0 3 * * *");
}

//! Code is named by its cargo binary, not by a path.

use net_dsl::prelude::*;

fn main() {
    let _value = binary!("target/release/task");
}

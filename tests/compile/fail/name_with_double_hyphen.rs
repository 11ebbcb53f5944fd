//! A hyphen stands between two parts.

use net_dsl::prelude::*;

fn main() {
    let _value = name!("async--processor");
}

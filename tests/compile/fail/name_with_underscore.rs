//! A name has hyphens, not underscores.

use net_dsl::prelude::*;

fn main() {
    let _value = name!("async_processor");
}

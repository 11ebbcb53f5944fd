//! An environment variable has no hyphens.

use net_dsl::prelude::*;

fn main() {
    let _value = variable!("LOG-LEVEL", "info");
}

//! A name is not empty.

use net_dsl::prelude::*;

fn main() {
    let _value = name!("");
}

//! A name is in lower case.

use net_dsl::prelude::*;

fn main() {
    let _value = name!("Orders");
}

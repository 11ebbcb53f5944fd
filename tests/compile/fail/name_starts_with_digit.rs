//! A name starts with a letter.

use net_dsl::prelude::*;

fn main() {
    let _value = name!("2nd-queue");
}

//! A runtime is written as Lambda writes it.

use net_dsl::prelude::*;

fn main() {
    let _value = runtime!("Python 3.15");
}

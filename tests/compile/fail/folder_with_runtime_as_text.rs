//! A runtime is a constant, or checked by `runtime!`.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("cook", runtime = "python3.13", handler = "cook.handle");
}

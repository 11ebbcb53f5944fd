//! A handler has no spaces.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("cook", runtime = Runtime::JAVA_25, handler = "shop.Cook ::handle");
}

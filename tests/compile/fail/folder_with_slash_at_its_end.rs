//! A path names a folder in one way.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("kitchen/", runtime = Runtime::PYTHON_3_13, handler = "cook.handle");
}

//! A folder has a path.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("", runtime = Runtime::PYTHON_3_13, handler = "cook.handle");
}

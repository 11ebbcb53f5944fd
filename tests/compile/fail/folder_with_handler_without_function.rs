//! A file is not yet a handler.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("cook", runtime = Runtime::PYTHON_3_13, handler = "cook");
}

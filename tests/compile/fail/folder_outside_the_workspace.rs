//! A folder above the workspace is another on every machine.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("kitchen/../../cook", runtime = Runtime::PYTHON_3_13, handler = "cook.handle");
}

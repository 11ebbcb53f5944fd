//! A path is written alike on every system.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!(r"kitchen\cook", runtime = Runtime::PYTHON_3_13, handler = "cook.handle");
}

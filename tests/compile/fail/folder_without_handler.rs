//! A language's runtime wants to know where to start.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("cook", runtime = Runtime::PYTHON_3_13);
}

//! What Lambda has deprecated is not offered.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("cook", runtime = Runtime::PYTHON_3_9, handler = "cook.handle");
}

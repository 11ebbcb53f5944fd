//! A folder is in the workspace, wherever that is.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("/srv/cook", runtime = Runtime::PYTHON_3_13, handler = "cook.handle");
}

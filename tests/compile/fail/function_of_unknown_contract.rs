//! A function says which contract holds it.

use net_dsl::prelude::*;

fn main() {
    let _task = Function::builder().name(name!("task")).build();
}

//! A finding is accepted for a handle.

use net_dsl::prelude::*;

fn main() {
    net_dsl::accept(&name!("task"), "N101", "started by hand, once a year");
}

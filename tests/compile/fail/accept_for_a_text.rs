//! A finding is accepted for a handle.

use net_dsl::prelude::*;

fn main() {
    net_dsl::accept("task", "N203", "started by hand, once a year");
}

//! An event has a source, and no `|` in it.

use net_dsl::prelude::*;

pub struct Placed;
pub struct Paid;
events! { Placed from "", Paid from "my|shop" }

fn main() {}

//! Events are declared with their source.

use net_dsl::prelude::*;

pub struct Placed;
events! { Placed }

fn main() {}

//! A route says which message its requests carry.

use net_dsl::prelude::*;

fn main() {
    let _route = route!(POST "/orders");
}

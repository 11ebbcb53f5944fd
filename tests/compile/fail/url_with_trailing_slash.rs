//! A base URL does not end in a slash.

use net_dsl::prelude::*;

fn main() {
    let _value = url!("https://example.com/");
}

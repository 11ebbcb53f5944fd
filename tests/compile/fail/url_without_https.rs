//! A base URL is `https://`.

use net_dsl::prelude::*;

fn main() {
    let _value = url!("http://example.com");
}

//! A name has at most 64 characters.

use net_dsl::prelude::*;

fn main() {
    let _value = name!("a-name-that-somebody-thought-would-explain-the-whole-architecture");
}

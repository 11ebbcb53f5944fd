//! A folder's language is not guessed.

use net_dsl::prelude::*;

fn main() {
    let _value = folder!("cook", handler = "cook.handle");
}

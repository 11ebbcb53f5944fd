//! A raw resource says which type it is.

use net_dsl::prelude::*;

fn main() {
    let _photos = Raw::builder().name(name!("photos")).build();
}

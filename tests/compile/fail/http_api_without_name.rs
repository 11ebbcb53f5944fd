//! An entity has a name.

use net_dsl::prelude::*;

fn main() {
    let _entity = HttpApi::builder().build();
}

//! An entity has a name.

use net_dsl::prelude::*;

services! { pub Bank }

fn main() {
    let _entity = ExternalService::<Bank>::builder().secret().build();
}

//! The bytes of a request do not travel: no queue says what they mean.

use net_dsl::prelude::*;

fn main() {
    let _bodies = Queue::<RawBody>::builder().name(name!("bodies")).build();
}

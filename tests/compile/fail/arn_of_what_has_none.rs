//! Only what is a resource with an ARN has one to refer to.

use net_dsl::prelude::*;

fn main() {
    let clock = Schedule::builder().name(name!("clock")).rate(hours!(1)).build();
    let api = HttpApi::builder().name(name!("api")).build();
    let _ = arn_of(&clock);
    let _ = arn_of(&api);
    let _ = arn_of("orders");
    let _ = ref_of(&clock);
}

//! Lambda sets `AWS_REGION` itself.

use net_dsl::prelude::*;

fn main() {
    let _value = variable!("AWS_REGION", "eu-west-1");
}

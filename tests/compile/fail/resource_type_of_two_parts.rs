//! A resource type has three parts.

use net_dsl::prelude::*;

fn main() {
    let _value = resource_type!("S3::Bucket");
}

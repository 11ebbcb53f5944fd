//! An entity has a name.

use net_dsl::prelude::*;

fn main() {
    let _entity = Raw::builder().resource_type(resource_type!("AWS::S3::Bucket")).build();
}

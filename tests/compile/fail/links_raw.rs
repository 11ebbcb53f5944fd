//! A raw resource has no links.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: Tick => () { sends Order } }

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let bucket = Raw::builder()
        .name(name!("bucket"))
        .resource_type(resource_type!("AWS::S3::Bucket"))
        .build();
    till.sends_to(&bucket);
}

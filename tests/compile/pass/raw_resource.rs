//! A resource the language does not know, beside the ones it does.

use net_dsl::prelude::*;
use serde_json::json;

contract! { pub Task: Tick => () {} }

fn main() {
    let photos = Raw::builder()
        .name(name!("photos"))
        .resource_type(resource_type!("AWS::S3::Bucket"))
        .properties(json!({ "VersioningConfiguration": { "Status": "Enabled" } }))
        .removal(Removal::Delete)
        .build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    let network = Network::from(&photos) + &task;
    assert_eq!(network.len(), 2);
}

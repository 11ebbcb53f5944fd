//! A resource the language does not know, beside the ones it does.

use net_dsl::{
    prelude::*,
    property::{self, lambda},
};
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
    // What refers to entities, in any JSON, and where a text or a list is wanted.
    let rule = Raw::builder()
        .name(name!("uploads"))
        .resource_type(resource_type!("AWS::Events::Rule"))
        .properties(json!({
            "EventPattern": { "source": ["aws.s3"], "resources": [arn_of(&photos)] },
            "Targets": [{ "Id": "task", "Arn": arn_of(&&task), "Input": { "Fn::Sub": ["${T}", { "T": ref_of(&task) }] } }],
        }))
        .build();
    let tags = json!([{ "Key": "bucket", "Value": attribute_of(&photos, "DomainName") }]);
    let network = Network::from(&photos)
        + &task
        + &rule
        + property::set(&task, lambda::function::TAGS, tags)
        + property::set(&task, lambda::function::KMS_KEY_ARN, arn_of(&photos));
    assert_eq!(network.len(), 3);
}

//! Changes that CloudFormation refuses while it applies them.
//!
//! It makes a resource's replacement before it deletes the old one, so two resources that exist at
//! once cannot have one name: "CloudFormation cannot update a stack when a custom-named resource
//! requires replacing" (re:Post knowledge center, "cloudformation-custom-name"). Nor does a resource
//! become one of another type under its logical id ("Update of resource type is not permitted"). Nor do
//! two routes of an API have one key at once ("Route with key … already exists for this API").

use super::{Found, Replaced};
use serde_json::Value;
use std::collections::BTreeMap;

/// The property that is a resource's name in its account and region, for each type that can have one.
const NAMES: &[(&str, &str)] = &[
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::CloudWatch::Dashboard", "DashboardName"),
    ("AWS::DynamoDB::GlobalTable", "TableName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::ECR::Repository", "RepositoryName"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::Events::Rule", "Name"),
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::User", "UserName"),
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::Kinesis::Stream", "Name"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::RDS::DBCluster", "DBClusterIdentifier"),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SSM::Parameter", "Name"),
    ("AWS::Scheduler::Schedule", "Name"),
    ("AWS::SecretsManager::Secret", "Name"),
    ("AWS::StepFunctions::StateMachine", "StateMachineName"),
];

/// The name that a resource of a template is given, where AWS does not make one up: no other resource
/// of its type has it in its account and region. `resource` is its entry under `Resources`.
///
/// ```
/// use net_synth::diff::custom_name;
/// use serde_json::json;
///
/// let named = json!({ "Type": "AWS::SQS::Queue", "Properties": { "QueueName": "orders" } });
/// assert_eq!(custom_name(&named), Some(&json!("orders")));
/// assert_eq!(custom_name(&json!({ "Type": "AWS::SQS::Queue" })), None);
/// ```
pub fn custom_name(resource: &Value) -> Option<&Value> {
    let kind = resource["Type"].as_str()?;
    let (_, property) = NAMES.iter().find(|(known, _)| *known == kind)?;
    Some(&resource["Properties"][*property]).filter(|name| !name.is_null())
}

/// The route under another id that has the key of a route that is made anew, in the same API.
fn holder_of_route<'a>(
    id: &str,
    after: &Found,
    all_before: &'a BTreeMap<String, Found>,
) -> Option<&'a str> {
    let is_route = |found: &Found| found.kind == "AWS::ApiGatewayV2::Route";
    let place = |found: &Found| {
        let properties = &found.resource["Properties"];
        (properties["ApiId"].clone(), properties["RouteKey"].clone())
    };
    if !is_route(after) {
        return None;
    }
    let key = place(after);
    let mut others = all_before.iter().filter(|(other, found)| *other != id && is_route(found));
    others.find(|(_, found)| place(found) == key).map(|(other, _)| other.as_str())
}

/// Why CloudFormation would refuse to make `after` of `before` under the logical id `id`; none if it
/// would not, as far as the templates say.
pub(super) fn refused(
    id: &str,
    before: Option<&Found>,
    after: &Found,
    replaced: Replaced,
    all_before: &BTreeMap<String, Found>,
) -> Option<String> {
    if let Some(before) = before.filter(|before| before.kind != after.kind) {
        return Some(format!(
            "it is a {}, and CloudFormation changes no resource's type: give it another name",
            before.kind
        ));
    }
    if before.is_some() && replaced != Replaced::Yes {
        return None;
    }
    // It is made anew, beside everything that is there.
    if let Some(holder) = holder_of_route(id, after, all_before) {
        return Some(format!(
            "`{holder}` has the route `{}` until this is made, and an API has one of a route: deploy without the route first, and then with it",
            super::short(&after.resource["Properties"]["RouteKey"])
        ));
    }
    let name = custom_name(&after.resource)?;
    let same = |(_, other): &(&String, &Found)| {
        other.kind == after.kind && custom_name(&other.resource) == Some(name)
    };
    let (holder, _) = all_before.iter().find(same)?;
    let name = super::short(name);
    Some(if holder == id {
        format!(
            "the new one would need the name `{name}` while the old one has it: change the name too"
        )
    } else {
        format!("`{holder}` has the name `{name}` until this is made: change the name too")
    })
}

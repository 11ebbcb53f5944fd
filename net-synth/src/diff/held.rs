//! What becomes of data when a resource ends, as CloudFormation judges it.
//!
//! The facts are CloudFormation's (user guide, "DeletionPolicy attribute" and "UpdateReplacePolicy
//! attribute"): a resource without a policy is deleted, with everything in it; RDS clusters, and RDS
//! instances outside of clusters, leave a snapshot when they are removed without a policy. A snapshot is
//! left of the types that AWS lists, and of no others, whatever their policy says.

use crate::plan::holds_nothing;
use serde::Serialize;
use serde_json::Value;

/// What becomes of the data in a resource that is removed or replaced, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// It is deleted.
    Lost,
    /// A snapshot of it is left; the resource is deleted.
    Snapshot,
    /// It is left with its resource, outside the stack.
    Left,
}

/// What becomes of what a resource of a template holds when it is removed from its stack, or its stack
/// is deleted; `None` if it holds nothing. `resource` is its entry under `Resources`.
///
/// ```
/// use net_synth::diff::{Held, removed};
/// use serde_json::json;
///
/// assert_eq!(removed(&json!({ "Type": "AWS::S3::Bucket" })), Some(Held::Lost));
/// let kept = json!({ "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain" });
/// assert_eq!(removed(&kept), Some(Held::Left));
/// assert_eq!(removed(&json!({ "Type": "AWS::RDS::DBCluster" })), Some(Held::Snapshot));
/// assert_eq!(removed(&json!({ "Type": "AWS::IAM::Role" })), None);
/// ```
pub fn removed(resource: &Value) -> Option<Held> {
    let by_default = if has_snapshot_by_default(resource) { Held::Snapshot } else { Held::Lost };
    holds_data(resource).then(|| judged(resource, "DeletionPolicy", by_default))
}

/// The same when another resource takes its place in an update.
///
/// Whether an update goes by the policy of the old template or of the new one, AWS does not say; who
/// has both takes the worse.
pub fn replaced(resource: &Value) -> Option<Held> {
    holds_data(resource).then(|| judged(resource, "UpdateReplacePolicy", Held::Lost))
}

fn judged(resource: &Value, policy: &str, by_default: Held) -> Held {
    match resource[policy].as_str() {
        Some("Retain" | "RetainExceptOnCreate") => Held::Left,
        Some("Snapshot") if has_snapshots(resource) => Held::Snapshot,
        None if resource[policy].is_null() => by_default,
        // `Delete`, a snapshot that there is not, and what is known only while deploying.
        Some(_) | None => Held::Lost,
    }
}

fn has_snapshot_by_default(resource: &Value) -> bool {
    let is_database =
        matches!(resource["Type"].as_str(), Some("AWS::RDS::DBCluster" | "AWS::RDS::DBInstance"));
    is_database && has_snapshots(resource)
}

/// Whether CloudFormation can leave a snapshot of a resource: the list of both attributes' pages. An RDS
/// instance in a cluster has none: the cluster has.
fn has_snapshots(resource: &Value) -> bool {
    match resource["Type"].as_str() {
        Some("AWS::RDS::DBInstance") => resource["Properties"]["DBClusterIdentifier"].is_null(),
        Some(kind) => WITH_SNAPSHOTS.contains(&kind),
        None => false,
    }
}

const WITH_SNAPSHOTS: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::Redshift::Cluster",
];

/// Whether there may be something in a resource that is not in its template. Types that are not known
/// are taken to hold something.
///
/// The log groups that a network makes are not counted: what was done is over. Others' are.
pub fn holds_data(resource: &Value) -> bool {
    let kind = resource["Type"].as_str().unwrap_or_default();
    if kind == "AWS::Logs::LogGroup" {
        return !resource["Metadata"]["Network"]["Entity"].is_string();
    }
    !holds_nothing(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_absent_policy_means_delete_but_for_databases() {
        for (kind, on_removal) in [
            ("AWS::S3::Bucket", Some(Held::Lost)),
            ("AWS::DynamoDB::Table", Some(Held::Lost)),
            ("AWS::SQS::Queue", Some(Held::Lost)),
            ("AWS::CloudFormation::Stack", Some(Held::Lost)),
            ("Custom::Anything", Some(Held::Lost)),
            ("AWS::Logs::LogGroup", Some(Held::Lost)),
            ("AWS::RDS::DBCluster", Some(Held::Snapshot)),
            ("AWS::RDS::DBInstance", Some(Held::Snapshot)),
            ("AWS::Lambda::Function", None),
        ] {
            let resource = json!({ "Type": kind });
            assert_eq!(removed(&resource), on_removal, "{kind}");
            assert_eq!(replaced(&resource), on_removal.map(|_| Held::Lost), "{kind}");
        }
        let member = json!({ "DBClusterIdentifier": { "Ref": "Cluster" } });
        let member = json!({ "Type": "AWS::RDS::DBInstance", "Properties": member });
        assert_eq!(removed(&member), Some(Held::Lost));
    }

    #[test]
    fn each_policy_is_judged_for_what_it_is_for() {
        for (policy, held) in [
            (json!("Retain"), Held::Left),
            (json!("RetainExceptOnCreate"), Held::Left),
            (json!("Snapshot"), Held::Snapshot),
            (json!("Delete"), Held::Lost),
            (json!({ "Ref": "Policy" }), Held::Lost),
        ] {
            let volume = json!({ "Type": "AWS::EC2::Volume", "DeletionPolicy": policy });
            assert_eq!((removed(&volume), replaced(&volume)), (Some(held), Some(Held::Lost)));
            let volume = json!({ "Type": "AWS::EC2::Volume", "UpdateReplacePolicy": policy });
            assert_eq!((removed(&volume), replaced(&volume)), (Some(Held::Lost), Some(held)));
        }
    }

    #[test]
    fn a_snapshot_is_left_of_the_types_that_have_snapshots() {
        let held = |kind: &str, properties: Value| {
            let resource = json!({
                "Type": kind,
                "DeletionPolicy": "Snapshot",
                "UpdateReplacePolicy": "Snapshot",
                "Properties": properties,
            });
            assert_eq!(removed(&resource), replaced(&resource), "{kind}");
            removed(&resource)
        };
        for kind in WITH_SNAPSHOTS.iter().chain(&["AWS::RDS::DBInstance"]) {
            assert_eq!(held(kind, json!({})), Some(Held::Snapshot), "{kind}");
        }
        let unlisted =
            ["AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket", "Custom::One"];
        for kind in unlisted {
            assert_eq!(held(kind, json!({})), Some(Held::Lost), "{kind}");
        }
        let member = json!({ "DBClusterIdentifier": "cluster" });
        assert_eq!(held("AWS::RDS::DBInstance", member), Some(Held::Lost));
    }

    #[test]
    fn logs_of_a_network_are_not_counted() {
        let network = json!({ "Network": { "Entity": "cook" } });
        let group = json!({ "Type": "AWS::Logs::LogGroup", "Metadata": network });
        assert_eq!((removed(&group), replaced(&group)), (None, None));
    }
}

//! What resources are called: logical ids, which are functions of entities' names alone, and the
//! names that AWS shows.

use super::{Plan, Pseudo, Value};
use net_dsl::{Id, logical};
use smol_str::SmolStr;
use std::{fmt, sync::Arc};

/// What a resource, parameter or output is called inside a template. Cloning counts a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalId(Arc<str>);

impl LogicalId {
    /// The id as text: letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a resource of an entity.
    pub(crate) fn of(entity: &Id, suffix: &str) -> LogicalId {
        LogicalId::new(&logical::of(entity, suffix))
    }

    /// The id of a resource of a link; of a route, that of its API and the route alone.
    pub(super) fn of_link(from: &Id, to: &Id, label: &str, suffix: &str) -> LogicalId {
        LogicalId::new(&match label {
            "" => logical::of_link(from, to, suffix),
            route => logical::of_route(from, route, suffix),
        })
    }

    pub(crate) fn new(id: &str) -> LogicalId {
        LogicalId(Arc::from(id))
    }
}

impl fmt::Display for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The stack's name: the network's.
pub fn stack_name(network: &net_dsl::Name) -> &str {
    network.id().as_str()
}

/// How resources of a type are named where AWS shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhysicalName {
    /// The property with the name; where it is not set, CloudFormation makes one up.
    pub property: &'static str,
    /// The longest name, in characters (each service's quotas and API reference).
    pub limit: usize,
    /// How many resources of the type can have one name in an account and region.
    pub sharing: Sharing,
    /// Whether a name has no capitals (S3 User Guide, "General purpose bucket naming rules").
    pub is_lower_case: bool,
}

/// Which resources of a type can have one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Any: the name is for people.
    Any,
    /// One.
    One,
    /// One, and letters' case makes no difference (IAM User Guide, "IAM identifiers": names "are not
    /// distinguished by case"; RDS User Guide: identifiers are stored in lower case).
    OneWhateverTheCase,
}

/// The types whose names can be set, with the property and the longest name.
const NAMES: &[(&str, PhysicalName)] = {
    const fn named(property: &'static str, limit: usize, sharing: Sharing) -> PhysicalName {
        PhysicalName { property, limit, sharing, is_lower_case: false }
    }
    const fn lower_case(name: PhysicalName) -> PhysicalName {
        PhysicalName { is_lower_case: true, ..name }
    }
    use Sharing::{Any, One, OneWhateverTheCase};
    &[
        ("AWS::ApiGatewayV2::Api", named("Name", 128, Any)),
        ("AWS::CloudWatch::Alarm", named("AlarmName", 255, One)),
        ("AWS::CloudWatch::Dashboard", named("DashboardName", 255, One)),
        ("AWS::DynamoDB::GlobalTable", named("TableName", 255, One)),
        ("AWS::DynamoDB::Table", named("TableName", 255, One)),
        ("AWS::ECR::Repository", named("RepositoryName", 256, One)),
        ("AWS::Events::ApiDestination", named("Name", 64, One)),
        ("AWS::Events::Archive", named("ArchiveName", 48, One)),
        ("AWS::Events::Connection", named("Name", 64, One)),
        ("AWS::Events::EventBus", named("Name", 256, One)),
        ("AWS::Events::Rule", named("Name", 64, One)),
        ("AWS::IAM::Group", named("GroupName", 128, OneWhateverTheCase)),
        ("AWS::IAM::InstanceProfile", named("InstanceProfileName", 128, OneWhateverTheCase)),
        ("AWS::IAM::ManagedPolicy", named("ManagedPolicyName", 128, OneWhateverTheCase)),
        ("AWS::IAM::Role", named("RoleName", 64, OneWhateverTheCase)),
        ("AWS::IAM::User", named("UserName", 64, OneWhateverTheCase)),
        ("AWS::KMS::Alias", named("AliasName", 256, One)),
        ("AWS::Kinesis::Stream", named("Name", 128, One)),
        ("AWS::Lambda::Function", named("FunctionName", 64, One)),
        ("AWS::Logs::LogGroup", named("LogGroupName", 512, One)),
        ("AWS::RDS::DBCluster", named("DBClusterIdentifier", 63, OneWhateverTheCase)),
        ("AWS::RDS::DBInstance", named("DBInstanceIdentifier", 63, OneWhateverTheCase)),
        ("AWS::S3::Bucket", lower_case(named("BucketName", 63, One))),
        ("AWS::SNS::Topic", named("TopicName", 256, One)),
        ("AWS::SQS::Queue", named("QueueName", 80, One)),
        ("AWS::SSM::Parameter", named("Name", 2_048, One)),
        ("AWS::Scheduler::Schedule", named("Name", 64, One)),
        ("AWS::SecretsManager::Secret", named("Name", 512, One)),
        ("AWS::StepFunctions::StateMachine", named("StateMachineName", 80, One)),
    ]
};

impl PhysicalName {
    /// How the resources of a CloudFormation type are named, if they have names that can be set.
    pub fn of(resource_type: &str) -> Option<PhysicalName> {
        NAMES.iter().find(|(known, _)| *known == resource_type).map(|(_, name)| *name)
    }

    /// A name as AWS tells it from others of its type; none where any number can have it.
    ///
    /// ```
    /// use net_synth::plan::PhysicalName;
    ///
    /// let told = |kind, name| PhysicalName::of(kind).and_then(|of| of.told_apart(name));
    /// assert_eq!(told("AWS::IAM::Role", "Cook"), told("AWS::IAM::Role", "cook"));
    /// assert_ne!(told("AWS::SQS::Queue", "Orders"), told("AWS::SQS::Queue", "orders"));
    /// ```
    pub fn told_apart(self, name: &str) -> Option<String> {
        match self.sharing {
            Sharing::Any => None,
            Sharing::One => Some(name.to_owned()),
            Sharing::OneWhateverTheCase => Some(name.to_lowercase()),
        }
    }

    /// The name that a resource has in a stack with the plan's name, as far as it is known before
    /// deploying; the region and the account are those of an example, and the region's is short.
    pub fn known(self, properties: &Value, plan: &Plan<'_>) -> Option<String> {
        known(properties.get(self.property)?, plan)
    }

    /// What the name has to end in: SQS wants to see in it that a queue is a FIFO queue.
    pub fn suffix(properties: &Value) -> &'static str {
        match properties.get("FifoQueue") {
            Some(Value::Bool(true)) => ".fifo",
            _ => "",
        }
    }
}

fn known(value: &Value, plan: &Plan<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Join(parts) => parts.iter().map(|part| known(part, plan)).collect(),
        Value::Pseudo(pseudo) => match pseudo {
            Pseudo::AccountId => Some("123456789012".to_owned()),
            Pseudo::Partition => Some("aws".to_owned()),
            Pseudo::Region => Some("us-east-1".to_owned()),
            Pseudo::StackName => Some(plan.name.to_string()),
            Pseudo::UrlSuffix => Some("amazonaws.com".to_owned()),
            Pseudo::NoValue | Pseudo::NotificationArns | Pseudo::StackId => None,
        },
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Ref(_)
        | Value::Arn(_)
        | Value::Attribute(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Map(_) => None,
        Value::Fixed(value) => known(value, plan),
    }
}

/// `stack-entity`: the physical name where a reference would close a cycle.
pub(super) fn derived_name(id: &Id) -> Value {
    Value::join([Pseudo::StackName.into(), "-".into(), SmolStr::new(id.as_str()).into()])
}

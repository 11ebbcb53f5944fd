//! Which types hold nothing that their template does not say, so that nothing is lost with them.
//!
//! Of the type that a kind of entity is, the kind says it. CloudFormation marks no type so. The others listed here
//! are those whose API takes settings and gives them back, and takes no data (CloudFormation's resource
//! reference, type by type). A type that is not listed is taken to hold something.

use super::kinds_of;
use net_dsl::entity::Holds;

/// Whether a template says everything of a type's resources; not of types that are not known.
pub(crate) fn holds_nothing(resource_type: &str) -> bool {
    let mut kinds = kinds_of(resource_type).map(|kind| kind.descriptor().holds).peekable();
    match kinds.peek() {
        Some(_) => kinds.all(|holds| holds == Holds::Nothing),
        None => HOLDS_NOTHING.binary_search(&resource_type).is_ok(),
    }
}

/// Types of which a template says everything: made anew, they are what they were.
const HOLDS_NOTHING: &[&str] = &[
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CDK::Metadata",
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::Events::EventBusPolicy",
    "AWS::Events::Rule",
    "AWS::IAM::Group",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::ServiceLinkedRole",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::UserToGroupAddition",
    "AWS::KMS::Alias",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::LayerVersionPermission",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Lambda::Version",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::ResourcePolicy",
    "AWS::Logs::SubscriptionFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicInlinePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueueInlinePolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::Scheduler::ScheduleGroup",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_by_their_order() {
        assert!(HOLDS_NOTHING.is_sorted());
        assert!(holds_nothing("AWS::IAM::Role") && !holds_nothing("Custom::Anything"));
    }

    #[test]
    fn what_a_kind_holds_its_descriptor_says_and_no_list() {
        for listed in HOLDS_NOTHING {
            assert_eq!(kinds_of(listed).next(), None, "{listed}");
        }
        for (resource_type, nothing) in [
            ("AWS::DynamoDB::Table", false),
            ("AWS::Events::EventBus", true),
            ("AWS::Lambda::Function", true),
            ("AWS::S3::Bucket", false),
            ("AWS::SNS::Topic", true),
            ("AWS::SQS::Queue", false),
        ] {
            assert!(kinds_of(resource_type).next().is_some(), "{resource_type}");
            assert_eq!(holds_nothing(resource_type), nothing, "{resource_type}");
        }
    }
}

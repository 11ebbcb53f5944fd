"""Writes net-synth/src/emit/terraform/arguments.rs: which arguments of the AWS provider for Terraform
are which properties of CloudFormation, from the schemas of both.

    target/python/bin/python tools/terraform_arguments.py            writes the file
    target/python/bin/python tools/terraform_arguments.py --check    fails if it is out of date
"""

import json
import sys

import generated
from generated import ROOT
from properties import KINDS, is_closed_object, kind, leaves, load, words

SCHEMA = ROOT / "tests/terraform/schema.json"
TARGET = ROOT / "net-synth/src/emit/terraform/arguments.rs"

TYPES = {
    "AWS::ApiGatewayV2::Api": "aws_apigatewayv2_api",
    "AWS::ApiGatewayV2::Integration": "aws_apigatewayv2_integration",
    "AWS::ApiGatewayV2::Route": "aws_apigatewayv2_route",
    "AWS::ApiGatewayV2::Stage": "aws_apigatewayv2_stage",
    "AWS::DynamoDB::Table": "aws_dynamodb_table",
    "AWS::Events::ApiDestination": "aws_cloudwatch_event_api_destination",
    "AWS::Events::Archive": "aws_cloudwatch_event_archive",
    "AWS::Events::Connection": "aws_cloudwatch_event_connection",
    "AWS::Events::EventBus": "aws_cloudwatch_event_bus",
    "AWS::Events::Rule": "aws_cloudwatch_event_rule",
    "AWS::IAM::Role": "aws_iam_role",
    "AWS::Lambda::EventSourceMapping": "aws_lambda_event_source_mapping",
    "AWS::Lambda::Function": "aws_lambda_function",
    "AWS::Lambda::Permission": "aws_lambda_permission",
    "AWS::Logs::LogGroup": "aws_cloudwatch_log_group",
    "AWS::S3::Bucket": "aws_s3_bucket",
    "AWS::S3::BucketPolicy": "aws_s3_bucket_policy",
    "AWS::SNS::Subscription": "aws_sns_topic_subscription",
    "AWS::SNS::Topic": "aws_sns_topic",
    "AWS::SNS::TopicPolicy": "aws_sns_topic_policy",
    "AWS::SQS::Queue": "aws_sqs_queue",
    "AWS::SQS::QueuePolicy": "aws_sqs_queue_policy",
    "AWS::Scheduler::Schedule": "aws_scheduler_schedule",
}
# What is not called the same but for underscores.
RENAMED = {
    "AWS::ApiGatewayV2::Integration": {"TimeoutInMillis": "timeout_milliseconds"},
    "AWS::ApiGatewayV2::Stage": {"StageName": "name"},
    "AWS::DynamoDB::Table": {
        "PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled": "point_in_time_recovery/enabled",
        "PointInTimeRecoverySpecification/RecoveryPeriodInDays": "point_in_time_recovery/recovery_period_in_days",
        "ProvisionedThroughput/ReadCapacityUnits": "read_capacity",
        "ProvisionedThroughput/WriteCapacityUnits": "write_capacity",
        "SSESpecification/SSEEnabled": "server_side_encryption/enabled",
        "StreamSpecification/StreamViewType": "stream_view_type",
        "TableName": "name",
        "TimeToLiveSpecification/AttributeName": "ttl/attribute_name",
        "TimeToLiveSpecification/Enabled": "ttl/enabled",
    },
    "AWS::Events::Archive": {"ArchiveName": "name", "SourceArn": "event_source_arn"},
    "AWS::Events::Connection": {
        "AuthParameters/ApiKeyAuthParameters/ApiKeyName": "auth_parameters/api_key/key",
        "AuthParameters/ApiKeyAuthParameters/ApiKeyValue": "auth_parameters/api_key/value",
    },
    "AWS::IAM::Role": {"RoleName": "name"},
    "AWS::Lambda::EventSourceMapping": {
        "DestinationConfig/OnFailure/Destination": "destination_config/on_failure/destination_arn",
        "FilterCriteria/Filters": "filter_criteria/filter",
    },
    "AWS::Logs::LogGroup": {"LogGroupName": "name"},
    "AWS::S3::Bucket": {"BucketName": "bucket"},
    "AWS::SNS::Topic": {"TopicName": "name"},
    "AWS::SQS::Queue": {
        "MaximumMessageSize": "max_message_size",
        "MessageRetentionPeriod": "message_retention_seconds",
        "QueueName": "name",
        "ReceiveMessageWaitTimeSeconds": "receive_wait_time_seconds",
        "VisibilityTimeout": "visibility_timeout_seconds",
    },
}
# What is called the same and is something else: the region of a topic is not that of a provider.
DIFFERENT = {("AWS::SNS::Subscription", "Region")}
SIMPLE = {"Switch": "bool", "Whole": "number", "Decimal": "number", "Text": "string"}


def argument(path):
    return "/".join(words(part).lower() for part in path.split("/"))


def find(block, path):
    """What stands at a path: an attribute's type, or a block."""
    first, _, rest = path.partition("/")
    if rest:
        nested = block.get("block_types", {}).get(first, {})
        return find(nested["block"], rest) if nested.get("max_items") == 1 else None
    if nested := block.get("block_types", {}).get(first):
        return nested
    attribute = block["attributes"].get(first, {})
    settable = attribute.get("required") or attribute.get("optional")
    return attribute["type"] if settable else None


def node(schema, path):
    """The schema of a property."""
    found = schema
    for part in path.split("/"):
        found = resolved(schema, found)["properties"][part]
    return resolved(schema, found)


def resolved(schema, found):
    while reference := found.get("$ref"):
        found = schema["definitions"][reference.rpartition("/")[2]]
    return found


def alternatives(node):
    """The JSON types that a property's schema takes."""
    declared = node.get("type", [])
    return declared if isinstance(declared, list) else [declared]


def shape(schema, path, held, target):
    """How a value is written for Terraform, or `None` if it cannot be the same value."""
    if SIMPLE.get(held) is not None:
        return "Same" if SIMPLE[held] == target else None
    given = node(schema, path)
    items = resolved(schema, given.get("items", {}))
    if target == ["map", "string"]:
        if sorted(items.get("properties", {})) == ["Key", "Value"]:
            return "Tags"
        return "Same" if given.get("type") == "object" else None
    if target == "string" and "object" in alternatives(given):
        return "Encoded"
    if isinstance(target, list):
        return "Same" if items.get("type") == "string" and target[0] in ("list", "set") else None
    if isinstance(target, dict) and is_closed_object(items):
        taken = target["block"]["attributes"]
        simple = all(
            argument(name) in taken
            and SIMPLE.get(KINDS.get(resolved(schema, child).get("type"))) == taken[argument(name)]["type"]
            for name, child in items["properties"].items()
        )
        return "Blocks" if simple else None
    return None


def render():
    whole = json.loads(SCHEMA.read_text("utf-8"))
    [provider] = whole["provider_schemas"].values()
    out = [
        "// Generated by tools/terraform_arguments.py: hashicorp/aws "
        f"{whole['provider_version']}. Do not edit.",
        "",
        "use super::argument::{Argument, Shape::*};",
        "",
        "/// For each CloudFormation type, its properties that Terraform has an argument for.",
        "#[rustfmt::skip]",
        "pub(super) const ARGUMENTS: &[(&str, &[Argument])] = &[",
    ]
    count = 0
    for resource in sorted(TYPES):
        schema = load(resource)
        block = provider["resource_schemas"][TYPES[resource]]["block"]
        renamed = RENAMED.get(resource, {})
        out.append(f'    ("{resource}", &[')
        for path, node in sorted(leaves(schema), key=lambda leaf: leaf[0]):
            if (resource, path) in DIFFERENT:
                continue
            name = renamed.get(path, argument(path))
            target = find(block, name)
            if target is None:
                if path in renamed:
                    sys.exit(f"{resource}: {name} is no argument")
                continue
            if (found := shape(schema, path, kind(node), target)) is None:
                continue
            count += 1
            out.append(f'        Argument {{ property: "{path}", argument: "{name}", shape: {found} }},')
        out.append("    ]),")
    out.append("];")
    return "\n".join(out) + "\n", count


def rendered():
    text, count = render()
    return text, f"{count} properties of {len(TYPES)} resources"


def main():
    generated.main(__file__, __doc__, TARGET, rendered)


if __name__ == "__main__":
    main()

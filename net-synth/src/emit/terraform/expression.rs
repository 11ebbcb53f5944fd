//! Values as Terraform's arguments and expressions.

use super::{
    STACK_NAME,
    block::{Block, Value, joined, literal, quoted},
};
use crate::plan::{self, LogicalId, Plan, Pseudo, types};
use std::cell::Cell;

/// What the values of a plan are in Terraform.
pub(super) struct Expressions<'p> {
    plan: &'p Plan<'p>,
    /// Which data sources were asked for.
    asked: [Cell<bool>; 3],
}

/// What AWS says of the account and the place.
const SOURCES: [&str; 3] = ["aws_caller_identity", "aws_partition", "aws_region"];

impl<'p> Expressions<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Expressions<'p> {
        Expressions { plan, asked: Default::default() }
    }

    /// The data sources that the values printed so far need.
    pub(super) fn data(&self) -> Block {
        let mut data = Block::new();
        for (source, asked) in SOURCES.iter().zip(&self.asked) {
            if asked.get() {
                data.set(source, Block::new().with("current", Block::new()));
            }
        }
        data
    }

    /// A value as an argument takes it; `None` if Terraform has no expression for it.
    pub(super) fn value(&self, value: &plan::Value) -> Option<Value> {
        match value {
            plan::Value::Null => Some(Value::Null),
            plan::Value::Bool(flag) => Some(Value::Flag(*flag)),
            plan::Value::Number(number) => Some(Value::Number(number.clone())),
            plan::Value::Text(_)
            | plan::Value::Ref(_)
            | plan::Value::Arn(_)
            | plan::Value::Attribute(_)
            | plan::Value::Pseudo(_)
            | plan::Value::Join(_) => self.template(value).map(Value::Template),
            plan::Value::Fixed(value) => self.value(value),
            plan::Value::List(items) => {
                let items = items.iter().map(|item| self.value(item));
                items.collect::<Option<Vec<_>>>().map(Value::List)
            }
            plan::Value::Object(_) | plan::Value::Map(_) => {
                if value.is_function() {
                    return self.template(value).map(Value::Template);
                }
                let mut block = Block::new();
                for (key, value) in value.entries() {
                    // Keys are templates as well.
                    block.push(&literal(key), self.value(value)?);
                }
                Some(block.into())
            }
        }
    }

    /// A text as a template; `None` if Terraform has no expression for it, or it is no text.
    pub(super) fn template(&self, value: &plan::Value) -> Option<String> {
        match value {
            plan::Value::Fixed(value) => self.template(value),
            plan::Value::Text(text) => Some(literal(text)),
            plan::Value::Join(parts) => {
                let parts = parts.iter().map(|part| self.template(part));
                parts.collect::<Option<Vec<_>>>().map(joined)
            }
            plan::Value::Bool(_) | plan::Value::Number(_) => Some(value.to_json().to_string()),
            plan::Value::Ref(_)
            | plan::Value::Arn(_)
            | plan::Value::Attribute(_)
            | plan::Value::Pseudo(_) => {
                let reference = self.reference(value)?;
                // CloudFormation's is the ARN of the streams inside, Terraform's that of the group.
                let streams =
                    matches!(value, plan::Value::Arn(id) if self.is(id, types::LOG_GROUP));
                Some(format!("${{{reference}}}{}", if streams { ":*" } else { "" }))
            }
            plan::Value::Object(_) | plan::Value::Map(_) => {
                self.function(value).map(|expression| format!("${{{expression}}}"))
            }
            plan::Value::Null | plan::Value::List(_) => None,
        }
    }

    /// One of CloudFormation's functions as the expression that is the same, if there is one.
    fn function(&self, value: &plan::Value) -> Option<String> {
        let mut entries = value.entries().filter(|_| value.is_function());
        let (name, argument) = entries.next()?;
        match (name, argument.items()) {
            ("Fn::Base64", [text]) => Some(format!("base64encode({})", self.expression(text)?)),
            ("Fn::Join", [between, parts @ plan::Value::List(_)]) => {
                Some(format!("join({}, {})", self.expression(between)?, self.expression(parts)?))
            }
            ("Fn::Select", [number, list]) => {
                Some(format!("{}[{}]", self.expression(list)?, self.expression(number)?))
            }
            ("Fn::Split", [between, text]) => {
                Some(format!("split({}, {})", self.expression(between)?, self.expression(text)?))
            }
            ("Fn::Sub", [plan::Value::Text(text), own]) if own.is_object() => {
                let plan::Value::Join(parts) = plan::substitution(text)? else { return None };
                let own = |part: &plan::Value| match part {
                    plan::Value::Ref(id) => own.entries().find(|(name, _)| *name == id.as_str()),
                    plan::Value::Null
                    | plan::Value::Bool(_)
                    | plan::Value::Number(_)
                    | plan::Value::Text(_)
                    | plan::Value::Arn(_)
                    | plan::Value::Attribute(_)
                    | plan::Value::Pseudo(_)
                    | plan::Value::Join(_)
                    | plan::Value::List(_)
                    | plan::Value::Object(_)
                    | plan::Value::Map(_)
                    | plan::Value::Fixed(_) => None,
                };
                let parts = parts.iter().map(|part| match own(part) {
                    Some((_, value)) => Some(format!("${{{}}}", self.expression(value)?)),
                    None => self.template(part),
                });
                Some(quoted(&joined(parts.collect::<Option<Vec<_>>>()?)))
            }
            _ => None,
        }
    }

    /// A value as an expression; `None` if there is none.
    pub(super) fn expression(&self, value: &plan::Value) -> Option<String> {
        match value {
            plan::Value::Null => Some("null".to_owned()),
            plan::Value::Bool(_) | plan::Value::Number(_) => Some(value.to_json().to_string()),
            plan::Value::Text(_) | plan::Value::Join(_) => {
                self.template(value).map(|template| quoted(&template))
            }
            plan::Value::Ref(_)
            | plan::Value::Arn(_)
            | plan::Value::Attribute(_)
            | plan::Value::Pseudo(_) => {
                let (template, reference) = (self.template(value)?, self.reference(value)?);
                let is_whole = template == format!("${{{reference}}}");
                Some(if is_whole { reference } else { quoted(&template) })
            }
            plan::Value::Fixed(value) => self.expression(value),
            plan::Value::List(items) => {
                let items = items.iter().map(|item| self.expression(item));
                Some(format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(", ")))
            }
            plan::Value::Object(_) | plan::Value::Map(_) => {
                if value.is_function() {
                    return self.function(value);
                }
                let entries = value.entries().map(|(key, value)| {
                    Some(format!("{} = {}", object_key(key), self.expression(value)?))
                });
                Some(format!("{{{}}}", entries.collect::<Option<Vec<_>>>()?.join(", ")))
            }
        }
    }

    /// What a resource is called: the stack's name and its logical id, cut if the service takes no
    /// more than `limit` characters.
    pub(super) fn name(&self, id: &LogicalId, suffix: &str, limit: usize) -> String {
        const HASH: usize = 8;
        let whole = format!("${{var.{STACK_NAME}}}-{id}");
        if self.plan.name.len() + 1 + id.as_str().len() + suffix.len() <= limit {
            return format!("{whole}{suffix}");
        }
        let kept = limit.saturating_sub(suffix.len() + 1 + HASH);
        let whole = quoted(&whole);
        format!("${{substr({whole}, 0, {kept})}}-${{substr(sha256({whole}), 0, {HASH})}}{suffix}")
    }

    /// Whether a logical id is that of a resource of a type.
    pub(super) fn is(&self, id: &LogicalId, resource_type: &str) -> bool {
        self.plan.resource(id).is_some_and(|resource| resource.resource_type == resource_type)
    }

    /// The address of a resource, for what is to be made after it.
    pub(super) fn address(&self, id: &LogicalId) -> Option<String> {
        let kind = self.plan.resource(id)?.resource_type.as_str();
        Some(format!("{}.{id}", resource_type(kind)))
    }

    fn reference(&self, value: &plan::Value) -> Option<String> {
        match value {
            plan::Value::Ref(id) if self.plan.parameter(id).is_some() => Some(format!("var.{id}")),
            plan::Value::Ref(id) => self.identity(id),
            plan::Value::Arn(id) => self.attribute(id, "Arn"),
            plan::Value::Attribute(reference) => self.attribute(&reference.0, &reference.1),
            plan::Value::Pseudo(Pseudo::StackName) => Some(format!("var.{STACK_NAME}")),
            plan::Value::Pseudo(Pseudo::AccountId) => Some(self.source(0, "account_id")),
            plan::Value::Pseudo(Pseudo::Partition) => Some(self.source(1, "partition")),
            plan::Value::Pseudo(Pseudo::UrlSuffix) => Some(self.source(1, "dns_suffix")),
            plan::Value::Pseudo(Pseudo::Region) => Some(self.source(2, "region")),
            plan::Value::Pseudo(Pseudo::NoValue) => Some("null".to_owned()),
            // There is no stack.
            plan::Value::Pseudo(Pseudo::StackId | Pseudo::NotificationArns) => None,
            plan::Value::Null
            | plan::Value::Bool(_)
            | plan::Value::Number(_)
            | plan::Value::Text(_)
            | plan::Value::Join(_)
            | plan::Value::List(_)
            | plan::Value::Object(_)
            | plan::Value::Map(_) => None,
            plan::Value::Fixed(value) => self.reference(value),
        }
    }

    fn source(&self, number: usize, attribute: &str) -> String {
        self.asked[number].set(true);
        format!("data.{}.current.{attribute}", SOURCES[number])
    }

    /// An attribute of a resource, if there is such a resource and it has it.
    fn attribute(&self, id: &LogicalId, attribute: &str) -> Option<String> {
        let kind = self.plan.resource(id)?.resource_type.as_str();
        let ours = resource_type(kind);
        if types::ALL.contains(&kind) {
            return Some(format!("{ours}.{id}.{}", attribute_called(kind, attribute)?));
        }
        // What Cloud Control tells of a resource is the text of its JSON.
        Some(format!("jsondecode({ours}.{id}.properties).{attribute}"))
    }

    /// What CloudFormation's `Ref` gives of a resource, if there is such a resource.
    fn identity(&self, id: &LogicalId) -> Option<String> {
        let kind = self.plan.resource(id)?.resource_type.as_str();
        Some(format!("{}.{id}.{}", resource_type(kind), identity(kind)))
    }
}

/// A key of an object: as it is where that is a name, and quoted otherwise.
fn object_key(key: &str) -> String {
    let is_name = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    // `{for …}` is something else.
    if is_name && key != "for" { key.to_owned() } else { quoted(&literal(key)) }
}

/// The provider's resource for a CloudFormation type: its type, of several that are made the one with
/// its identity, and the attribute that is what CloudFormation's `Ref` gives.
const RESOURCES: [(&str, &str, &str); 23] = [
    (types::API, "aws_apigatewayv2_api", "id"),
    (types::API_DESTINATION, "aws_cloudwatch_event_api_destination", "name"),
    (types::ARCHIVE, "aws_cloudwatch_event_archive", "name"),
    (types::BUCKET, "aws_s3_bucket", "id"),
    (types::BUCKET_POLICY, "aws_s3_bucket_policy", "id"),
    (types::CONNECTION, "aws_cloudwatch_event_connection", "name"),
    (types::EVENT_BUS, "aws_cloudwatch_event_bus", "name"),
    (types::FUNCTION, "aws_lambda_function", "function_name"),
    (types::INTEGRATION, "aws_apigatewayv2_integration", "id"),
    (types::LOG_GROUP, "aws_cloudwatch_log_group", "name"),
    (types::MAPPING, "aws_lambda_event_source_mapping", "id"),
    (types::PERMISSION, "aws_lambda_permission", "id"),
    (types::QUEUE, "aws_sqs_queue", "url"),
    (types::QUEUE_POLICY, "aws_sqs_queue_policy", "id"),
    (types::ROLE, "aws_iam_role", "name"),
    (types::ROUTE, "aws_apigatewayv2_route", "id"),
    (types::RULE, "aws_cloudwatch_event_rule", "name"),
    (types::SCHEDULE, "aws_scheduler_schedule", "name"),
    (types::STAGE, "aws_apigatewayv2_stage", "id"),
    (types::SUBSCRIPTION, "aws_sns_topic_subscription", "id"),
    (types::TABLE, "aws_dynamodb_table", "name"),
    (types::TOPIC, "aws_sns_topic", "arn"),
    (types::TOPIC_POLICY, "aws_sns_topic_policy", "id"),
];

/// The provider's type of a resource; what it does not know is made through AWS Cloud Control.
pub(super) fn resource_type(kind: &str) -> &'static str {
    let found = RESOURCES.iter().find(|(known, ..)| *known == kind);
    found.map_or("aws_cloudcontrolapi_resource", |(_, ours, _)| ours)
}

fn identity(kind: &str) -> &'static str {
    let found = RESOURCES.iter().find(|(known, ..)| *known == kind);
    // Cloud Control's identifier is made of what CloudFormation's `Ref` gives.
    found.map_or("id", |(.., identity)| identity)
}

/// What the provider calls what CloudFormation's `Fn::GetAtt` gives.
fn attribute_called(kind: &str, attribute: &str) -> Option<&'static str> {
    match (kind, attribute) {
        (
            types::API_DESTINATION
            | types::ARCHIVE
            | types::BUCKET
            | types::CONNECTION
            | types::EVENT_BUS
            | types::RULE
            | types::FUNCTION
            | types::LOG_GROUP
            | types::QUEUE
            | types::ROLE
            | types::SCHEDULE
            | types::TABLE,
            "Arn",
        )
        | (types::TOPIC, "TopicArn") => Some("arn"),
        (types::TABLE, "StreamArn") => Some("stream_arn"),
        (types::QUEUE, "QueueUrl") => Some("url"),
        (types::QUEUE, "QueueName") | (types::TOPIC, "TopicName") => Some("name"),
        (types::BUCKET, "DomainName") => Some("bucket_domain_name"),
        (types::BUCKET, "RegionalDomainName") => Some("bucket_regional_domain_name"),
        (types::ROLE, "RoleId") => Some("unique_id"),
        (types::API, "ApiId") => Some("id"),
        (types::API, "ApiEndpoint") => Some("api_endpoint"),
        _ => None,
    }
}

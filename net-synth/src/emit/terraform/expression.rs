//! Terms as Terraform's expressions.

use super::{
    STACK_NAME,
    block::{Block, literal, quoted},
};
use crate::plan::{Body, LogicalId, Plan, Pseudo, Term};
use std::cell::Cell;

/// What the terms of a plan are in Terraform.
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

    /// The data sources that the terms printed so far need.
    pub(super) fn data(&self) -> Block<'p> {
        let mut data = Block::new();
        for (source, asked) in SOURCES.iter().zip(&self.asked) {
            if asked.get() {
                data.set(source, Block::new().with("current", Block::new()));
            }
        }
        data
    }

    /// The term as a template.
    pub(super) fn template(&self, term: &Term) -> String {
        match term {
            Term::Text(text) => literal(text),
            Term::Join(terms) => terms.iter().map(|term| self.template(term)).collect(),
            Term::Parameter(_) | Term::Id(_) | Term::StreamArn(_) | Term::Pseudo(_) => {
                format!("${{{}}}", self.reference(term))
            }
            Term::Arn(id) => {
                // CloudFormation's is the ARN of the streams inside, Terraform's that of the group.
                let streams = matches!(self.body(id), Some(Body::LogGroup(_)));
                format!("${{{}}}{}", self.reference(term), if streams { ":*" } else { "" })
            }
        }
    }

    /// The term as an expression.
    pub(super) fn expression(&self, term: &Term) -> String {
        let template = self.template(term);
        let reference = self.reference(term);
        if template == format!("${{{reference}}}") { reference } else { quoted(&template) }
    }

    /// Terms as the JSON text of an object, its keys as they are.
    pub(super) fn json_object(&self, entries: &[(&str, String)]) -> String {
        let entries: Vec<_> =
            entries.iter().map(|(key, expression)| format!("{key} = {expression}")).collect();
        format!("${{jsonencode({{{}}})}}", entries.join(", "))
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

    fn reference(&self, term: &Term) -> String {
        match term {
            Term::Parameter(id) => format!("var.{id}"),
            Term::Pseudo(Pseudo::StackName) => format!("var.{STACK_NAME}"),
            Term::Pseudo(Pseudo::AccountId) => self.source(0, "account_id"),
            Term::Pseudo(Pseudo::Partition) => self.source(1, "partition"),
            Term::Pseudo(Pseudo::UrlSuffix) => self.source(1, "dns_suffix"),
            Term::Pseudo(Pseudo::Region) => self.source(2, "region"),
            Term::Id(id) => self.attribute(id, identity),
            Term::Arn(id) => self.attribute(id, |_| "arn"),
            Term::StreamArn(id) => self.attribute(id, |_| "stream_arn"),
            Term::Text(_) | Term::Join(_) => String::new(),
        }
    }

    fn source(&self, number: usize, attribute: &str) -> String {
        self.asked[number].set(true);
        format!("data.{}.current.{attribute}", SOURCES[number])
    }

    /// An attribute of a resource; where a network with errors has no such resource, its id.
    fn attribute(&self, id: &LogicalId, name: impl Fn(&Body) -> &'static str) -> String {
        match self.body(id) {
            Some(body) => format!("{}.{id}.{}", resource_type(body), name(body)),
            None => quoted(id.as_str()),
        }
    }

    fn body(&self, id: &LogicalId) -> Option<&'p Body> {
        let resources = &self.plan.resources;
        let found = resources.binary_search_by(|resource| resource.id.cmp(id)).ok()?;
        Some(&resources[found].body)
    }
}

/// The attribute that is what CloudFormation's `Ref` gives.
fn identity(body: &Body) -> &'static str {
    match body {
        Body::Function(_) => "function_name",
        Body::Role(_) | Body::LogGroup(_) | Body::Table(_) | Body::Schedule(_) => "name",
        Body::Queue(_) => "url",
        Body::Topic(_) => "arn",
        _ => "id",
    }
}

/// The provider's type of a resource: of several that are made for it, the one with its identity.
pub(super) fn resource_type(body: &Body) -> &'static str {
    match body {
        Body::Function(_) => "aws_lambda_function",
        Body::Role(_) => "aws_iam_role",
        Body::LogGroup(_) => "aws_cloudwatch_log_group",
        Body::Queue(_) => "aws_sqs_queue",
        Body::Mapping(_) => "aws_lambda_event_source_mapping",
        Body::Topic(_) => "aws_sns_topic",
        Body::Subscription(_) => "aws_sns_topic_subscription",
        Body::QueuePolicy(_) => "aws_sqs_queue_policy",
        Body::Table(_) => "aws_dynamodb_table",
        Body::Schedule(_) => "aws_scheduler_schedule",
        Body::HttpApi(_) => "aws_apigatewayv2_api",
        Body::Stage(_) => "aws_apigatewayv2_stage",
        Body::Integration(_) => "aws_apigatewayv2_integration",
        Body::Route(_) => "aws_apigatewayv2_route",
        Body::Permission(_) => "aws_lambda_permission",
        Body::Raw(_) => "aws_cloudcontrolapi_resource",
    }
}

//! What the provider wants to hear about each resource of a plan.

use super::{
    CODE_FOLDER,
    block::{Block, Value, json, literal, quoted},
    expression::{Expressions, resource_type},
};
use crate::{
    emit::policy::Document,
    plan::{
        Body, LogicalId, Ref, Resource, Statement,
        resource::{self, PermissionCondition},
    },
};

/// The blocks of one resource: the provider makes two of some.
pub(super) struct Made<'p> {
    pub(super) main: (&'static str, Block<'p>),
    pub(super) others: Vec<(&'static str, Block<'p>)>,
    /// Documents that the blocks refer to.
    pub(super) local: Vec<(String, Value<'p>)>,
}

/// The longest name that a service takes, in characters (each service's quotas).
const ROLE: usize = 64;
const FUNCTION: usize = 64;
const SCHEDULE: usize = 64;
const QUEUE: usize = 80;
const TABLE: usize = 255;
const TOPIC: usize = 256;
const LOG_GROUP: usize = 512;

pub(super) fn make<'p>(resource: &'p Resource<'p>, terms: &Expressions<'p>) -> Made<'p> {
    let id = &resource.id;
    let start = Block::new().with("//", provenance(resource));
    let (mut others, mut local) = (Vec::new(), Vec::new());
    let main = match &resource.body {
        Body::Function(function) => {
            if function.loops {
                let block = Block::new()
                    .with("//", provenance(resource))
                    .with("function_name", format!("${{aws_lambda_function.{id}.function_name}}"))
                    .with("recursive_loop", resource::Function::LOOPS);
                others.push(("aws_lambda_function_recursion_config", block));
            }
            self::function(start, id, function, terms)
        }
        Body::Role(role) => {
            let trust = format!("{id}Trust");
            let policy = Block::new()
                .with("//", provenance(resource))
                .with("name", resource::Role::POLICY)
                .with("role", format!("${{aws_iam_role.{id}.name}}"))
                .with("policy", encoded(id.as_str()));
            others.push(("aws_iam_role_policy", policy));
            local.push((id.to_string(), document(&role.statements, terms)));
            local.push((trust.clone(), document(std::slice::from_ref(&role.trust), terms)));
            start.with("name", terms.name(id, "", ROLE)).with("assume_role_policy", encoded(&trust))
        }
        Body::LogGroup(group) => start
            .with("name", terms.name(id, "", LOG_GROUP))
            .with("retention_in_days", group.retention_days),
        Body::Queue(queue) => self::queue(start, id, queue, terms),
        Body::Mapping(mapping) => self::mapping(start, mapping, terms),
        Body::Topic(_) => start.with("name", terms.name(id, "", TOPIC)),
        Body::Subscription(subscription) => {
            let endpoint = &subscription.endpoint;
            start
                .with("topic_arn", terms.template(&subscription.topic.arn()))
                .with("protocol", endpoint.protocol())
                .with("endpoint", terms.template(&endpoint.arn()))
                .maybe("raw_message_delivery", endpoint.raw_delivery())
                .maybe(
                    "redrive_policy",
                    endpoint.dead_letters().map(|queue| redrive(queue, None, terms)),
                )
        }
        Body::QueuePolicy(policy) => {
            let statement = std::slice::from_ref(&policy.statement);
            local.push((id.to_string(), document(statement, terms)));
            start
                .with("queue_url", terms.template(&policy.queue.url()))
                .with("policy", encoded(id.as_str()))
        }
        Body::Table(table) => self::table(start, id, table, terms),
        Body::Schedule(schedule) => self::schedule(start, id, schedule, terms),
        Body::HttpApi(api) => start
            .with("name", terms.template(&api.name))
            .with("protocol_type", resource::HttpApi::PROTOCOL),
        Body::Stage(stage) => start
            .with("api_id", terms.template(&stage.api.api_id()))
            .with("name", resource::Stage::NAME)
            .with("auto_deploy", resource::Stage::AUTO_DEPLOY),
        Body::Integration(integration) => start
            .with("api_id", terms.template(&integration.api.api_id()))
            .with("integration_type", resource::Integration::KIND)
            .with("integration_uri", terms.template(&integration.function.arn()))
            .with("payload_format_version", resource::Integration::PAYLOAD_FORMAT)
            .with("timeout_milliseconds", integration.timeout),
        Body::Route(route) => start
            .with("api_id", terms.template(&route.api.api_id()))
            .with("route_key", literal(&route.key))
            .with("authorization_type", resource::Route::AUTHORIZATION)
            .with("target", terms.template(&route.target())),
        Body::Permission(permission) => {
            let (condition, value) = match &permission.condition {
                PermissionCondition::SourceArn(arn) => ("source_arn", arn),
                PermissionCondition::EventSourceToken(token) => ("event_source_token", token),
            };
            start
                .with("action", resource::Permission::ACTION)
                .with("function_name", terms.template(&permission.function.arn()))
                .with("principal", permission.principal)
                .with(condition, terms.template(value))
        }
        Body::Raw(raw) => {
            let mut properties = Block::new();
            for (path, value) in &resource.overrides {
                properties.set_at(path, json(value));
            }
            local.push((id.to_string(), properties.into()));
            start
                .with("type_name", literal(&raw.resource_type))
                .with("desired_state", encoded(id.as_str()))
        }
    };
    Made { main: (resource_type(&resource.body), main), others, local }
}

/// Who asked for a resource, as a comment.
fn provenance(resource: &Resource<'_>) -> String {
    let bricks: Vec<_> = resource.facts.bricks().iter().map(|brick| brick.as_str()).collect();
    let of = match bricks.len() {
        0 => "",
        1 => ", of brick ",
        _ => ", of bricks ",
    };
    literal(&format!("{}{of}{}", resource.entity, bricks.join(", ")))
}

fn document<'p>(statements: &'p [Statement], terms: &Expressions<'p>) -> Value<'p> {
    Document::new(statements, |term| terms.template(term)).into()
}

/// A document among the locals, as the text that AWS takes.
fn encoded(local: &str) -> String {
    format!("${{jsonencode(local.{local})}}")
}

fn redrive(queue: &Ref<resource::Queue>, receives: Option<u64>, terms: &Expressions<'_>) -> String {
    let target = ("deadLetterTargetArn", terms.expression(&queue.arn()));
    let receives = receives.map(|receives| ("maxReceiveCount", receives.to_string()));
    let entries: Vec<_> = std::iter::once(target).chain(receives).collect();
    terms.json_object(&entries)
}

/// A function cannot be made before its role may do what Lambda checks, such as sending to the
/// dead-letter queue; CloudFormation makes a role and its policy in one.
fn after_policy(role: &Ref<resource::Role>) -> Vec<String> {
    vec![format!("aws_iam_role_policy.{}", role.id())]
}

fn function<'p>(
    start: Block<'p>,
    id: &LogicalId,
    function: &'p resource::Function,
    terms: &Expressions<'p>,
) -> Block<'p> {
    let name = match &function.name {
        Some(name) => terms.template(name),
        None => terms.name(id, "", FUNCTION),
    };
    let package = format!("${{var.{CODE_FOLDER}}}/{}", terms.template(&function.code.key));
    let hash = format!("${{filebase64sha256({})}}", quoted(&package));
    let logging = Block::new()
        .with("log_format", resource::Function::LOG_FORMAT)
        .with("log_group", terms.template(&function.log_group.name()));
    let mut variables = Block::new();
    for (name, value) in &function.environment {
        variables.set(name, terms.template(value));
    }
    let environment = Block::new().with("variables", variables);
    let dead_letters = |queue: &Ref<resource::Queue>| {
        Block::new().with("target_arn", terms.template(&queue.arn()))
    };
    start
        .with("function_name", name)
        .with("runtime", literal(&function.runtime))
        .with("architectures", vec![function.architecture])
        .with("handler", literal(&function.handler))
        .with("filename", package)
        .with("source_code_hash", hash)
        .with("role", terms.template(&function.role.arn()))
        .with("timeout", function.timeout)
        .with("memory_size", function.memory)
        .with("logging_config", logging)
        .maybe("environment", (!function.environment.is_empty()).then_some(environment))
        .maybe("reserved_concurrent_executions", function.reserved_concurrency)
        .maybe("dead_letter_config", function.dead_letters.as_ref().map(dead_letters))
        .with("depends_on", after_policy(&function.role))
}

fn queue<'p>(
    start: Block<'p>,
    id: &LogicalId,
    queue: &'p resource::Queue,
    terms: &Expressions<'p>,
) -> Block<'p> {
    // SQS wants to see it in the name.
    let suffix = if queue.fifo.is_some() { ".fifo" } else { "" };
    let mut block = start.with("name", terms.name(id, suffix, QUEUE));
    if let Some(fifo) = queue.fifo {
        block = block
            .with("fifo_queue", true)
            .with("content_based_deduplication", fifo.content_deduplication);
        if fifo.high_throughput {
            block = block
                .with("deduplication_scope", resource::Fifo::GROUP_SCOPE)
                .with("fifo_throughput_limit", resource::Fifo::GROUP_LIMIT);
        }
    }
    let redrive = |(queue, receives): &(_, u64)| redrive(queue, Some(*receives), terms);
    block
        .with("visibility_timeout_seconds", queue.visibility_timeout)
        .with("message_retention_seconds", queue.retention)
        .with("delay_seconds", queue.delay)
        .with("sqs_managed_sse_enabled", resource::Queue::ENCRYPTED)
        .maybe("redrive_policy", queue.redrive.as_ref().map(redrive))
}

fn mapping<'p>(
    start: Block<'p>,
    mapping: &'p resource::Mapping,
    terms: &Expressions<'p>,
) -> Block<'p> {
    let scaling = |runs| Block::new().with("maximum_concurrency", runs);
    let block = start
        .with("event_source_arn", terms.template(&mapping.source))
        .with("function_name", terms.template(&mapping.function.arn()))
        .maybe("batch_size", mapping.batch_size)
        .maybe("maximum_batching_window_in_seconds", mapping.batch_window)
        .with("function_response_types", resource::Mapping::RESPONSE_TYPES.to_vec())
        .maybe("scaling_config", mapping.max_concurrency.map(scaling));
    let Some(queue) = &mapping.stream_failures else { return block };
    let on_failure = Block::new().with("destination_arn", terms.template(&queue.arn()));
    block
        .with("starting_position", resource::Mapping::STREAM_START)
        .with("bisect_batch_on_function_error", resource::Mapping::STREAM_BISECTS)
        .with("maximum_retry_attempts", resource::Mapping::STREAM_RETRIES)
        .with("destination_config", Block::new().with("on_failure", on_failure))
}

fn table<'p>(
    start: Block<'p>,
    id: &LogicalId,
    table: &'p resource::Table,
    terms: &Expressions<'p>,
) -> Block<'p> {
    let attributes: Vec<_> = std::iter::once(&table.partition)
        .chain(&table.sort)
        .map(|(name, kind)| Block::new().with("name", literal(name)).with("type", literal(kind)))
        .collect();
    let recovery = Block::new().with("enabled", table.point_in_time_recovery);
    let expiry = |attribute: &smol_str::SmolStr| {
        Block::new().with("attribute_name", literal(attribute)).with("enabled", true)
    };
    start
        .with("name", terms.name(id, "", TABLE))
        .with("billing_mode", resource::Table::BILLING_MODE)
        .with("hash_key", literal(&table.partition.0))
        .maybe("range_key", table.sort.as_ref().map(|(name, _)| literal(name)))
        .with("attribute", attributes)
        .with("point_in_time_recovery", recovery)
        .maybe("ttl", table.expires.as_ref().map(expiry))
        .maybe("stream_enabled", table.stream.then_some(true))
        .maybe("stream_view_type", table.stream.then_some(resource::Table::STREAM_VIEW))
}

fn schedule<'p>(
    start: Block<'p>,
    id: &LogicalId,
    schedule: &'p resource::Schedule,
    terms: &Expressions<'p>,
) -> Block<'p> {
    let retries = Block::new()
        .with("maximum_event_age_in_seconds", schedule.maximum_age)
        .with("maximum_retry_attempts", resource::Schedule::RETRIES);
    let target = Block::new()
        .with("arn", terms.template(&schedule.function.arn()))
        .with("role_arn", terms.template(&schedule.role.arn()))
        .with("input", resource::Schedule::INPUT)
        .with("retry_policy", retries);
    start
        .with("name", terms.name(id, "", SCHEDULE))
        .with("schedule_expression", literal(&schedule.expression))
        .with("flexible_time_window", Block::new().with("mode", resource::Schedule::WINDOW))
        .with("target", target)
        .with("depends_on", after_policy(&schedule.role))
}

//! What CloudFormation wants to hear about each resource of a plan.

use crate::{
    emit::policy::Document,
    plan::{
        Body, Term,
        resource::{self, PermissionCondition},
    },
};
use serde::{Serialize, Serializer};
use smol_str::SmolStr;

/// The properties of one resource.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Properties<'a> {
    Function(Box<Function<'a>>),
    Role(Role<'a>),
    LogGroup(LogGroup),
    Queue(Queue),
    Mapping(Box<Mapping<'a>>),
    Empty {},
    Subscription(Subscription),
    QueuePolicy(QueuePolicy<'a>),
    Table(Box<Table<'a>>),
    Schedule(Box<Schedule<'a>>),
    HttpApi(HttpApi<'a>),
    Stage(Stage),
    Integration(Integration),
    Route(Route<'a>),
    Permission(Permission<'a>),
}

impl<'a> Properties<'a> {
    pub(super) fn of(body: &'a Body) -> Properties<'a> {
        match body {
            Body::Function(function) => Properties::Function(Box::new(Function::of(function))),
            Body::Role(role) => Properties::Role(Role::of(role)),
            Body::LogGroup(group) => {
                Properties::LogGroup(LogGroup { retention_in_days: group.retention_days })
            }
            Body::Queue(queue) => Properties::Queue(Queue::of(queue)),
            Body::Mapping(mapping) => Properties::Mapping(Box::new(Mapping::of(mapping))),
            Body::Topic(_) | Body::Raw(_) => Properties::Empty {},
            Body::Subscription(subscription) => {
                Properties::Subscription(Subscription::of(subscription))
            }
            Body::QueuePolicy(policy) => Properties::QueuePolicy(QueuePolicy::of(policy)),
            Body::Table(table) => Properties::Table(Box::new(Table::of(table))),
            Body::Schedule(schedule) => Properties::Schedule(Box::new(Schedule::of(schedule))),
            Body::HttpApi(api) => Properties::HttpApi(HttpApi {
                name: &api.name,
                protocol_type: resource::HttpApi::PROTOCOL,
            }),
            Body::Stage(stage) => Properties::Stage(Stage {
                api_id: stage.api.api_id(),
                stage_name: resource::Stage::NAME,
                auto_deploy: resource::Stage::AUTO_DEPLOY,
            }),
            Body::Integration(integration) => Properties::Integration(Integration::of(integration)),
            Body::Route(route) => Properties::Route(Route::of(route)),
            Body::Permission(permission) => Properties::Permission(Permission::of(permission)),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Function<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    function_name: Option<&'a Term>,
    runtime: &'a str,
    architectures: [&'static str; 1],
    handler: &'a str,
    code: Code,
    role: Term,
    timeout: u64,
    memory_size: u64,
    logging_config: LoggingConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Environment<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_concurrent_executions: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letter_config: Option<DeadLetterConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recursive_loop: Option<&'static str>,
}

#[derive(Serialize)]
struct Code {
    #[serde(rename = "S3Bucket")]
    bucket: Term,
    #[serde(rename = "S3Key")]
    key: Term,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LoggingConfig {
    log_format: &'static str,
    log_group: Term,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Environment<'a> {
    variables: Variables<'a>,
}

struct Variables<'a>(&'a [(SmolStr, Term)]);

impl Serialize for Variables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetterConfig {
    target_arn: Term,
}

impl<'a> Function<'a> {
    fn of(function: &'a resource::Function) -> Function<'a> {
        Function {
            function_name: function.name.as_ref(),
            runtime: &function.runtime,
            architectures: [function.architecture],
            handler: &function.handler,
            code: Code { bucket: function.code.bucket.clone(), key: function.code.key.clone() },
            role: function.role.arn(),
            timeout: function.timeout,
            memory_size: function.memory,
            logging_config: LoggingConfig {
                log_format: resource::Function::LOG_FORMAT,
                log_group: function.log_group.name(),
            },
            environment: (!function.environment.is_empty())
                .then_some(Environment { variables: Variables(&function.environment) }),
            reserved_concurrent_executions: function.reserved_concurrency,
            dead_letter_config: function
                .dead_letters
                .as_ref()
                .map(|queue| DeadLetterConfig { target_arn: queue.arn() }),
            recursive_loop: function.loops.then_some(resource::Function::LOOPS),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Role<'a> {
    assume_role_policy_document: Document<'a, &'a Term>,
    policies: [InlinePolicy<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InlinePolicy<'a> {
    policy_name: &'static str,
    policy_document: Document<'a, &'a Term>,
}

impl<'a> Role<'a> {
    fn of(role: &'a resource::Role) -> Role<'a> {
        Role {
            assume_role_policy_document: document(std::slice::from_ref(&role.trust)),
            policies: [InlinePolicy {
                policy_name: resource::Role::POLICY,
                policy_document: document(&role.statements),
            }],
        }
    }
}

fn document(statements: &[crate::plan::Statement]) -> Document<'_, &Term> {
    Document::new(statements, |term| term)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LogGroup {
    retention_in_days: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Queue {
    #[serde(flatten)]
    fifo: Option<Fifo>,
    visibility_timeout: u64,
    message_retention_period: u64,
    delay_seconds: u64,
    sqs_managed_sse_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_policy: Option<Redrive>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Fifo {
    fifo_queue: bool,
    content_based_deduplication: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    deduplication_scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fifo_throughput_limit: Option<&'static str>,
}

#[derive(Serialize)]
struct Redrive {
    #[serde(rename = "deadLetterTargetArn")]
    target: Term,
    #[serde(rename = "maxReceiveCount", skip_serializing_if = "Option::is_none")]
    receives: Option<u64>,
}

impl Queue {
    fn of(queue: &resource::Queue) -> Queue {
        Queue {
            fifo: queue.fifo.map(|fifo| Fifo {
                fifo_queue: true,
                content_based_deduplication: fifo.content_deduplication,
                deduplication_scope: fifo.high_throughput.then_some(resource::Fifo::GROUP_SCOPE),
                fifo_throughput_limit: fifo.high_throughput.then_some(resource::Fifo::GROUP_LIMIT),
            }),
            visibility_timeout: queue.visibility_timeout,
            message_retention_period: queue.retention,
            delay_seconds: queue.delay,
            sqs_managed_sse_enabled: resource::Queue::ENCRYPTED,
            redrive_policy: queue.redrive.as_ref().map(|(dead_letters, receives)| Redrive {
                target: dead_letters.arn(),
                receives: Some(*receives),
            }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Mapping<'a> {
    event_source_arn: &'a Term,
    function_name: Term,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_batching_window_in_seconds: Option<u64>,
    function_response_types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    scaling_config: Option<ScalingConfig>,
    #[serde(flatten)]
    stream: Option<Stream>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ScalingConfig {
    maximum_concurrency: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    starting_position: &'static str,
    bisect_batch_on_function_error: bool,
    maximum_retry_attempts: u64,
    destination_config: DestinationConfig,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationConfig {
    on_failure: OnFailure,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OnFailure {
    destination: Term,
}

impl<'a> Mapping<'a> {
    fn of(mapping: &'a resource::Mapping) -> Mapping<'a> {
        Mapping {
            event_source_arn: &mapping.source,
            function_name: mapping.function.arn(),
            batch_size: mapping.batch_size,
            maximum_batching_window_in_seconds: mapping.batch_window,
            function_response_types: resource::Mapping::RESPONSE_TYPES,
            scaling_config: mapping
                .max_concurrency
                .map(|maximum_concurrency| ScalingConfig { maximum_concurrency }),
            stream: mapping.stream_failures.as_ref().map(|queue| Stream {
                starting_position: resource::Mapping::STREAM_START,
                bisect_batch_on_function_error: resource::Mapping::STREAM_BISECTS,
                maximum_retry_attempts: resource::Mapping::STREAM_RETRIES,
                destination_config: DestinationConfig {
                    on_failure: OnFailure { destination: queue.arn() },
                },
            }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Subscription {
    topic_arn: Term,
    protocol: &'static str,
    endpoint: Term,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_message_delivery: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_policy: Option<Redrive>,
}

impl Subscription {
    fn of(subscription: &resource::Subscription) -> Subscription {
        let endpoint = &subscription.endpoint;
        Subscription {
            topic_arn: subscription.topic.arn(),
            protocol: endpoint.protocol(),
            endpoint: endpoint.arn(),
            raw_message_delivery: endpoint.raw_delivery(),
            redrive_policy: endpoint
                .dead_letters()
                .map(|queue| Redrive { target: queue.arn(), receives: None }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueuePolicy<'a> {
    queues: [Term; 1],
    policy_document: Document<'a, &'a Term>,
}

impl<'a> QueuePolicy<'a> {
    fn of(policy: &'a resource::QueuePolicy) -> QueuePolicy<'a> {
        QueuePolicy {
            queues: [policy.queue.url()],
            policy_document: document(std::slice::from_ref(&policy.statement)),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Table<'a> {
    billing_mode: &'static str,
    attribute_definitions: Vec<AttributeDefinition<'a>>,
    key_schema: Vec<KeySchema<'a>>,
    point_in_time_recovery_specification: PointInTimeRecovery,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_to_live_specification: Option<TimeToLive<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_specification: Option<StreamSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeDefinition<'a> {
    attribute_name: &'a str,
    attribute_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeySchema<'a> {
    attribute_name: &'a str,
    key_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PointInTimeRecovery {
    point_in_time_recovery_enabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TimeToLive<'a> {
    attribute_name: &'a str,
    enabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StreamSpecification {
    stream_view_type: &'static str,
}

impl<'a> Table<'a> {
    fn of(table: &'a resource::Table) -> Table<'a> {
        let keys = || {
            let sort = table.sort.iter().map(|key| (key, "RANGE"));
            std::iter::once((&table.partition, "HASH")).chain(sort)
        };
        Table {
            billing_mode: resource::Table::BILLING_MODE,
            attribute_definitions: keys()
                .map(|((attribute_name, attribute_type), _)| AttributeDefinition {
                    attribute_name,
                    attribute_type,
                })
                .collect(),
            key_schema: keys()
                .map(|((attribute_name, _), key_type)| KeySchema { attribute_name, key_type })
                .collect(),
            point_in_time_recovery_specification: PointInTimeRecovery {
                point_in_time_recovery_enabled: table.point_in_time_recovery,
            },
            time_to_live_specification: table
                .expires
                .as_ref()
                .map(|attribute_name| TimeToLive { attribute_name, enabled: true }),
            stream_specification: table
                .stream
                .then_some(StreamSpecification { stream_view_type: resource::Table::STREAM_VIEW }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Schedule<'a> {
    schedule_expression: &'a str,
    flexible_time_window: FlexibleTimeWindow,
    target: Target,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FlexibleTimeWindow {
    mode: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    arn: Term,
    role_arn: Term,
    input: &'static str,
    retry_policy: RetryPolicy,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RetryPolicy {
    maximum_event_age_in_seconds: u64,
    maximum_retry_attempts: u64,
}

impl<'a> Schedule<'a> {
    fn of(schedule: &'a resource::Schedule) -> Schedule<'a> {
        Schedule {
            schedule_expression: &schedule.expression,
            flexible_time_window: FlexibleTimeWindow { mode: resource::Schedule::WINDOW },
            target: Target {
                arn: schedule.function.arn(),
                role_arn: schedule.role.arn(),
                input: resource::Schedule::INPUT,
                retry_policy: RetryPolicy {
                    maximum_event_age_in_seconds: schedule.maximum_age,
                    maximum_retry_attempts: resource::Schedule::RETRIES,
                },
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct HttpApi<'a> {
    name: &'a Term,
    protocol_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Stage {
    api_id: Term,
    stage_name: &'static str,
    auto_deploy: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Integration {
    api_id: Term,
    integration_type: &'static str,
    integration_uri: Term,
    payload_format_version: &'static str,
    timeout_in_millis: u64,
}

impl Integration {
    fn of(integration: &resource::Integration) -> Integration {
        Integration {
            api_id: integration.api.api_id(),
            integration_type: resource::Integration::KIND,
            integration_uri: integration.function.arn(),
            payload_format_version: resource::Integration::PAYLOAD_FORMAT,
            timeout_in_millis: integration.timeout,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Route<'a> {
    api_id: Term,
    route_key: &'a str,
    authorization_type: &'static str,
    target: Term,
}

impl<'a> Route<'a> {
    fn of(route: &'a resource::Route) -> Route<'a> {
        Route {
            api_id: route.api.api_id(),
            route_key: &route.key,
            authorization_type: resource::Route::AUTHORIZATION,
            target: route.target(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Permission<'a> {
    action: &'static str,
    function_name: Term,
    principal: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_arn: Option<&'a Term>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_source_token: Option<&'a Term>,
}

impl<'a> Permission<'a> {
    fn of(permission: &'a resource::Permission) -> Permission<'a> {
        let (source_arn, event_source_token) = match &permission.condition {
            PermissionCondition::SourceArn(arn) => (Some(arn), None),
            PermissionCondition::EventSourceToken(token) => (None, Some(token)),
        };
        Permission {
            action: resource::Permission::ACTION,
            function_name: permission.function.arn(),
            principal: permission.principal,
            source_arn,
            event_source_token,
        }
    }
}

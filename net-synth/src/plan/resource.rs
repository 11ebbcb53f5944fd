//! The resources a plan is made of.

use super::{LogicalId, Ref, Term};
use net_dsl::{Id, Removal};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// One resource and where it comes from.
#[derive(Clone, Debug)]
pub struct Resource<'n> {
    /// What it is called in a template.
    pub id: LogicalId,
    /// The entity it is made for.
    pub entity: &'n Id,
    /// The bricks that declared the entity or link it is made for.
    pub bricks: &'n BTreeSet<SmolStr>,
    /// What it is.
    pub body: Body,
    /// Properties set by overlays: path below the properties, and value.
    pub overrides: Vec<(&'n str, serde_json::Value)>,
}

/// What a resource is.
#[derive(Clone, Debug)]
pub enum Body {
    /// A Lambda function.
    Function(Box<Function>),
    /// The role that a function or a schedule acts in.
    Role(Role),
    /// Where a function logs.
    LogGroup(LogGroup),
    /// An SQS queue.
    Queue(Queue),
    /// What feeds a function from a queue or a stream.
    Mapping(Box<Mapping>),
    /// An SNS topic.
    Topic(Topic),
    /// What copies a topic's messages on.
    Subscription(Subscription),
    /// The leave for topics to send to a queue.
    QueuePolicy(QueuePolicy),
    /// A DynamoDB table.
    Table(Table),
    /// A schedule of EventBridge Scheduler.
    Schedule(Schedule),
    /// An HTTP API of API Gateway.
    HttpApi(HttpApi),
    /// The stage an HTTP API is served from.
    Stage(Stage),
    /// How an HTTP API reaches a function.
    Integration(Integration),
    /// Which requests go to an integration.
    Route(Route),
    /// The leave for a service to invoke a function.
    Permission(Permission),
    /// Any CloudFormation resource.
    Raw(Raw),
}

/// A Lambda function.
#[derive(Clone, Debug)]
pub struct Function {
    /// The fixed name, where a cycle of references has to be broken.
    pub name: Option<Term>,
    /// The package with its code.
    pub code: Code,
    /// `arm64` or `x86_64`.
    pub architecture: &'static str,
    /// Seconds.
    pub timeout: u64,
    /// MiB.
    pub memory: u64,
    /// What it acts as.
    pub role: Ref<Role>,
    /// Where it logs.
    pub log_group: Ref<LogGroup>,
    /// Variables in order of name.
    pub environment: Vec<(SmolStr, Term)>,
    /// Runs at a time, at the most.
    pub reserved_concurrency: Option<u64>,
    /// Where events go that it failed on when nobody waited.
    pub dead_letters: Option<Ref<Queue>>,
    /// Whether Lambda may let it run in a loop.
    pub loops: bool,
}

/// Where a function's package lies.
#[derive(Clone, Debug)]
pub struct Code {
    /// The S3 bucket.
    pub bucket: Term,
    /// The key inside it.
    pub key: Term,
}

/// A role and its one inline policy.
#[derive(Clone, Debug)]
pub struct Role {
    /// The AWS service that may act in it.
    pub principal: &'static str,
    /// Whether only this account's resources may.
    pub this_account_only: bool,
    /// What it may do.
    pub statements: Vec<Statement>,
}

/// What a role may do to what.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What the statement is for, in letters and digits; unique in its role.
    pub sid: SmolStr,
    /// The actions.
    pub actions: &'static [&'static str],
    /// The resources.
    pub resources: Vec<Term>,
}

/// A log group.
#[derive(Clone, Debug)]
pub struct LogGroup {
    /// Days after which entries go.
    pub retention_days: u64,
}

/// An SQS queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// What sets a FIFO queue apart, if this is one.
    pub fifo: Option<Fifo>,
    /// Seconds.
    pub visibility_timeout: u64,
    /// Seconds.
    pub retention: u64,
    /// Seconds.
    pub delay: u64,
    /// Where dead letters go, and after how many receives.
    pub redrive: Option<(Ref<Queue>, u64)>,
}

/// What sets a FIFO queue apart.
#[derive(Clone, Copy, Debug)]
pub struct Fifo {
    /// Whether equal bodies are dropped for five minutes.
    pub content_deduplication: bool,
    /// Whether groups, not the queue, bound the throughput.
    pub high_throughput: bool,
}

/// An event source mapping.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The queue's or the stream's ARN.
    pub source: Term,
    /// What it starts.
    pub function: Ref<Function>,
    /// Messages a run, at the most.
    pub batch_size: Option<u64>,
    /// Seconds to wait for a batch to fill.
    pub batch_window: Option<u64>,
    /// Runs at a time, at the most.
    pub max_concurrency: Option<u64>,
    /// For a stream: where records go that failed too often.
    pub stream_failures: Option<Ref<Queue>>,
}

impl Mapping {
    /// Tries of a stream's batch before it counts as failed: a failing batch holds up its shard.
    pub const STREAM_RETRIES: u64 = 5;
}

/// An SNS topic.
#[derive(Clone, Copy, Debug)]
pub struct Topic {}

/// What copies a topic's messages on.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The topic.
    pub topic: Ref<Topic>,
    /// Where to.
    pub endpoint: Endpoint,
}

/// Where a subscription delivers.
#[derive(Clone, Debug)]
pub enum Endpoint {
    /// To a queue, the bare message.
    Queue(Ref<Queue>),
    /// To a function, in SNS's envelope; what fails for good goes to a queue.
    Function(Ref<Function>, Ref<Queue>),
}

/// The leave for senders other than this account's roles to send to a queue.
#[derive(Clone, Debug)]
pub struct QueuePolicy {
    /// The queue.
    pub queue: Ref<Queue>,
    /// The topics that may send.
    pub topics: Vec<Ref<Topic>>,
}

/// A DynamoDB table.
#[derive(Clone, Debug)]
pub struct Table {
    /// The partition key: name and DynamoDB's letter for its type.
    pub partition: (SmolStr, SmolStr),
    /// The sort key.
    pub sort: Option<(SmolStr, SmolStr)>,
    /// The attribute with the expiry.
    pub expires: Option<SmolStr>,
    /// Whether changes are streamed.
    pub stream: bool,
    /// Whether it can be put back in time.
    pub point_in_time_recovery: bool,
    /// What becomes of it with its stack.
    pub removal: Removal,
}

/// A schedule that starts one function.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// When, as Scheduler writes it: `rate(…)` or `cron(…)`.
    pub expression: String,
    /// What it starts.
    pub function: Ref<Function>,
    /// What it acts as.
    pub role: Ref<Role>,
    /// Seconds after which a tick that could not be delivered is dropped.
    pub maximum_age: u64,
}

impl Schedule {
    /// What the function is given: a [`net_dsl::Tick`]; Scheduler fills in the time.
    pub const INPUT: &'static str = r#"{"scheduled_at":"<aws.scheduler.scheduled-time>"}"#;
    /// Tries of a tick that could not be delivered.
    pub const RETRIES: u64 = 3;
}

/// An HTTP API.
#[derive(Clone, Debug)]
pub struct HttpApi {
    /// What API Gateway lists it as.
    pub name: Term,
}

/// The default stage of an API.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The API.
    pub api: Ref<HttpApi>,
}

/// How an API reaches a function.
#[derive(Clone, Debug)]
pub struct Integration {
    /// The API.
    pub api: Ref<HttpApi>,
    /// The function.
    pub function: Ref<Function>,
    /// Milliseconds until the API gives up: the function's timeout, 30 seconds at the most.
    pub timeout: u64,
}

/// Which requests go to an integration.
#[derive(Clone, Debug)]
pub struct Route {
    /// The API.
    pub api: Ref<HttpApi>,
    /// Method and path, as in `POST /orders`.
    pub key: SmolStr,
    /// The integration.
    pub integration: Ref<Integration>,
}

/// The leave for a service to invoke a function.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The function.
    pub function: Ref<Function>,
    /// The AWS service.
    pub principal: &'static str,
    /// For which of the service's resources.
    pub condition: PermissionCondition,
}

/// For which of a service's resources a permission holds.
#[derive(Clone, Debug)]
pub enum PermissionCondition {
    /// The one with this ARN.
    SourceArn(Term),
    /// The Alexa skill with this id.
    EventSourceToken(Term),
}

/// Any CloudFormation resource.
#[derive(Clone, Debug)]
pub struct Raw {
    /// The CloudFormation type.
    pub resource_type: SmolStr,
    /// What becomes of it with its stack.
    pub removal: Removal,
}

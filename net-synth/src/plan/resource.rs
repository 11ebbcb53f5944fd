//! The resources a plan is made of.
//!
//! What is the same for every resource of a kind is a constant of its type.

use super::{LogicalId, Ref, Statement, Term};
use net_dsl::{Facts, Id, Removal};
use smol_str::SmolStr;

/// One resource and where it comes from.
#[derive(Clone, Debug)]
pub struct Resource<'n> {
    /// What it is called in a template.
    pub id: LogicalId,
    /// The entity it is made for.
    pub entity: &'n Id,
    /// Which of the entity's resources it is, as in the attribute `property/PART/PATH`.
    pub part: &'static str,
    /// What the network says of the entity or link it is made for, its bricks too.
    pub facts: &'n Facts,
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

impl Body {
    /// What becomes of a resource that holds data when its stack is deleted or it is replaced.
    pub fn removal(&self) -> Option<Removal> {
        match self {
            Body::Table(table) => Some(table.removal),
            Body::Raw(raw) => Some(raw.removal),
            Body::Queue(_) | Body::LogGroup(_) => Some(Removal::Delete),
            _ => None,
        }
    }
}

/// A Lambda function.
#[derive(Clone, Debug)]
pub struct Function {
    /// The fixed name, where a cycle of references has to be broken.
    pub name: Option<Term>,
    /// The package with its code.
    pub code: Code,
    /// What runs the code, as Lambda identifies it.
    pub runtime: SmolStr,
    /// Where the runtime starts.
    pub handler: SmolStr,
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

impl Function {
    /// How log entries are written.
    pub const LOG_FORMAT: &'static str = "JSON";
    /// What Lambda does about loops where the network allows them.
    pub const LOOPS: &'static str = "Allow";
}

/// Where a function's package lies.
#[derive(Clone, Debug)]
pub struct Code {
    /// The S3 bucket.
    pub bucket: Term,
    /// The key inside it.
    pub key: Term,
}

impl Code {
    /// The parameter with the bucket, of every stack with functions.
    pub const BUCKET: &'static str = "CodeBucket";
}

/// A role and its one inline policy.
#[derive(Clone, Debug)]
pub struct Role {
    /// Who may act in it.
    pub trust: Statement,
    /// What it may do.
    pub statements: Vec<Statement>,
}

impl Role {
    /// What the inline policy is called.
    pub const POLICY: &'static str = "links";
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

impl Queue {
    /// Whether SQS encrypts what waits, with keys of its own.
    pub const ENCRYPTED: bool = true;
}

/// What sets a FIFO queue apart.
#[derive(Clone, Copy, Debug)]
pub struct Fifo {
    /// Whether equal bodies are dropped for five minutes.
    pub content_deduplication: bool,
    /// Whether groups, not the queue, bound the throughput.
    pub high_throughput: bool,
}

impl Fifo {
    /// The scope of deduplication of a queue with high throughput.
    pub const GROUP_SCOPE: &'static str = "messageGroup";
    /// What bounds the throughput of a queue with high throughput.
    pub const GROUP_LIMIT: &'static str = "perMessageGroupId";
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
    /// What the function answers: the messages of a batch that failed, and only they come again.
    pub const RESPONSE_TYPES: [&'static str; 1] = ["ReportBatchItemFailures"];
    /// Where reading a stream starts: nothing that was written is left out.
    pub const STREAM_START: &'static str = "TRIM_HORIZON";
    /// Whether a stream's failing batch is halved, so that what fails is found.
    pub const STREAM_BISECTS: bool = true;
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

impl Endpoint {
    /// SNS's name for the way it delivers.
    pub fn protocol(&self) -> &'static str {
        match self {
            Endpoint::Queue(_) => "sqs",
            Endpoint::Function(..) => "lambda",
        }
    }

    /// Where it delivers.
    pub fn arn(&self) -> Term {
        match self {
            Endpoint::Queue(queue) => queue.arn(),
            Endpoint::Function(function, _) => function.arn(),
        }
    }

    /// Whether the message comes without SNS's envelope, where that can be chosen.
    pub fn raw_delivery(&self) -> Option<bool> {
        matches!(self, Endpoint::Queue(_)).then_some(true)
    }

    /// Where messages go that could not be delivered.
    pub fn dead_letters(&self) -> Option<&Ref<Queue>> {
        match self {
            Endpoint::Queue(_) => None,
            Endpoint::Function(_, queue) => Some(queue),
        }
    }
}

/// The leave for senders other than this account's roles to send to a queue.
#[derive(Clone, Debug)]
pub struct QueuePolicy {
    /// The queue.
    pub queue: Ref<Queue>,
    /// Who may send.
    pub statement: Statement,
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

impl Table {
    /// Pay for what is read and written.
    pub const BILLING_MODE: &'static str = "PAY_PER_REQUEST";
    /// What a change in the stream says.
    pub const STREAM_VIEW: &'static str = "NEW_AND_OLD_IMAGES";
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
    /// Ticks come when they are due, and not within a window.
    pub const WINDOW: &'static str = "OFF";
}

/// An HTTP API.
#[derive(Clone, Debug)]
pub struct HttpApi {
    /// What API Gateway lists it as.
    pub name: Term,
}

impl HttpApi {
    /// API Gateway's name for this kind of API.
    pub const PROTOCOL: &'static str = "HTTP";
}

/// The default stage of an API.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The API.
    pub api: Ref<HttpApi>,
}

impl Stage {
    /// The stage without a path of its own.
    pub const NAME: &'static str = "$default";
    /// Whether changes are served as they are made.
    pub const AUTO_DEPLOY: bool = true;
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

impl Integration {
    /// The whole request is handed on.
    pub const KIND: &'static str = "AWS_PROXY";
    /// The version of the event that the function is given.
    pub const PAYLOAD_FORMAT: &'static str = "2.0";
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

impl Route {
    /// Who may call is the function's to decide.
    pub const AUTHORIZATION: &'static str = "NONE";

    /// The integration, as a route names it.
    pub fn target(&self) -> Term {
        Term::Join(vec![Term::text("integrations/"), self.integration.integration_id()])
    }
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

impl Permission {
    /// What is allowed.
    pub const ACTION: &'static str = "lambda:InvokeFunction";
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

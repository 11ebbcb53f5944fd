//! The CloudFormation types that plans are made of.

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident: $text:literal, $word:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*

        /// Every type that a network makes by itself.
        pub const ALL: &[&str] = &[$($name),*];

        /// What people call the resources of a type.
        pub fn word(resource_type: &str) -> &'static str {
            match resource_type {
                $($name => $word,)*
                _ => "raw resource",
            }
        }
    };
}

types! {
    /// An HTTP API of API Gateway.
    API: "AWS::ApiGatewayV2::Api", "HTTP API";
    /// How an HTTP API reaches a function.
    INTEGRATION: "AWS::ApiGatewayV2::Integration", "integration";
    /// Which requests go to an integration.
    ROUTE: "AWS::ApiGatewayV2::Route", "route";
    /// The stage an HTTP API is served from.
    STAGE: "AWS::ApiGatewayV2::Stage", "stage";
    /// A DynamoDB table.
    TABLE: "AWS::DynamoDB::Table", "table";
    /// What an event bus keeps, to be played again.
    ARCHIVE: "AWS::Events::Archive", "event archive";
    /// A URL that rules call.
    API_DESTINATION: "AWS::Events::ApiDestination", "API destination";
    /// The key that an API destination is called with.
    CONNECTION: "AWS::Events::Connection", "connection";
    /// An event bus of EventBridge.
    EVENT_BUS: "AWS::Events::EventBus", "event bus";
    /// Which events of a bus go where.
    RULE: "AWS::Events::Rule", "rule";
    /// The role that a function or a schedule acts in.
    ROLE: "AWS::IAM::Role", "role";
    /// What feeds a function from a queue or a stream.
    MAPPING: "AWS::Lambda::EventSourceMapping", "event source mapping";
    /// A Lambda function.
    FUNCTION: "AWS::Lambda::Function", "function";
    /// The permission for a service to invoke a function.
    PERMISSION: "AWS::Lambda::Permission", "permission";
    /// Where a function logs.
    LOG_GROUP: "AWS::Logs::LogGroup", "log group";
    /// An S3 bucket.
    BUCKET: "AWS::S3::Bucket", "bucket";
    /// Who may do what with a bucket, and how.
    BUCKET_POLICY: "AWS::S3::BucketPolicy", "bucket policy";
    /// What copies a topic's messages on.
    SUBSCRIPTION: "AWS::SNS::Subscription", "subscription";
    /// An SNS topic.
    TOPIC: "AWS::SNS::Topic", "topic";
    /// Who else may publish to a topic.
    TOPIC_POLICY: "AWS::SNS::TopicPolicy", "topic policy";
    /// An SQS queue.
    QUEUE: "AWS::SQS::Queue", "queue";
    /// Who else may send to a queue.
    QUEUE_POLICY: "AWS::SQS::QueuePolicy", "queue policy";
    /// A schedule of EventBridge Scheduler.
    SCHEDULE: "AWS::Scheduler::Schedule", "schedule";
}

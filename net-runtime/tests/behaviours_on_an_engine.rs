//! The same behaviours on MiniStack, so that what the memory side is held to is not our invention. Where
//! MiniStack differs, AWS's documentation decides, and the difference is listed here.

mod support {
    pub(crate) mod behaviours;
}

use aws_sdk_dynamodb::config::Credentials;
use net_runtime::Aws;
use net_tests::engine::Engine;
use serde_json::json;
use support::behaviours::{Trial, behaves};

/// The tables, their partition keys and sort keys with DynamoDB's letters.
const TABLES: [(&str, &str, Option<&str>); 4] = [
    ("plain", "S", None),
    ("numbered", "S", Some("N")),
    ("named", "N", Some("S")),
    ("bytes", "B", Some("B")),
];

/// The rule, what MiniStack 1.5.33 says, and where AWS says otherwise.
const DIFFERS: &[(&str, &str, &str)] = &[
    ("an attribute that is set twice", "accepted", "UpdateItem: two paths must not overlap"),
    ("an attribute that is set and removed", "accepted", "UpdateItem: two paths must not overlap"),
    (
        "a condition that orders what has no order",
        "accepted",
        "Comparison operator and function reference: an operand is a text, a number or bytes",
    ),
    ("a group that is too long", "accepted", "SendMessage: MessageGroupId has 1 to 128 characters"),
    ("a group with a space", "accepted", "SendMessage: letters, digits and punctuation of ASCII"),
    ("a group with an umlaut", "accepted", "SendMessage: letters, digits and punctuation of ASCII"),
    (
        "a character that XML lacks",
        "InvalidMessageContents: The message contains characters outside the allowed set.",
        "SendMessage names the error; its text is what SQS has been seen to say",
    ),
    (
        "a message that is too large with its attributes",
        "accepted",
        "Amazon SQS message quotas: attributes count",
    ),
    ("an event that is no object", "accepted", "PutEventsRequestEntry: Detail is a JSON object"),
    ("an event that is a list", "accepted", "PutEventsRequestEntry: Detail is a JSON object"),
    (
        "an event of more than a megabyte",
        "accepted",
        "PutEvents: the size of an entry is limited, and the request is refused",
    ),
    ("a key of 1,025 bytes", "accepted", "Naming Amazon S3 objects: at most 1,024 bytes"),
    (
        "a key of 1,025 bytes in fewer letters",
        "accepted",
        "Naming Amazon S3 objects: at most 1,024 bytes of UTF-8",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_behaves_as_documented() {
    let Some(engine) = Engine::start() else { return };
    for (name, partition, sort) in TABLES {
        let keys = [("id", "HASH", Some(partition)), ("at", "RANGE", sort)];
        let keys = || keys.iter().filter_map(|(name, role, letter)| Some((name, role, (*letter)?)));
        let attributes: Vec<_> = keys()
            .map(|(name, _, letter)| json!({ "AttributeName": name, "AttributeType": letter }))
            .collect();
        let schema: Vec<_> = keys()
            .map(|(name, role, _)| json!({ "AttributeName": name, "KeyType": role }))
            .collect();
        let table = json!({
            "TableName": name,
            "AttributeDefinitions": attributes,
            "KeySchema": schema,
            "BillingMode": "PAY_PER_REQUEST",
        });
        engine.ask("dynamodb", "CreateTable", table);
    }
    let queue = |name: &str, attributes| {
        let queue = json!({ "QueueName": name, "Attributes": attributes });
        let made = engine.ask("sqs", "CreateQueue", queue);
        made["QueueUrl"].as_str().expect("a URL").to_owned()
    };
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(&engine.endpoint)
        .region(aws_config::Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .load()
        .await;
    let aws = Aws::new(&config);
    engine.ask("events", "CreateEventBus", json!({ "Name": "news" }));
    let bucket = json!({
        "Bucket": "photos",
        "CreateBucketConfiguration": { "LocationConstraint": "eu-west-1" },
    });
    engine.ask("s3", "CreateBucket", bucket);
    let trial = Trial {
        backend: &aws,
        queue: &queue("orders", json!({})),
        fifo_queue: &queue("orders.fifo", json!({ "FifoQueue": "true" })),
        bus: "news",
        bucket: "photos",
        differs: DIFFERS,
    };
    behaves(&trial).await;
}

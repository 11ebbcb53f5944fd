//! A lamp that is switched, and events that switch it.

use net_dsl::prelude::*;
use net_runtime::{BoxError, Context, Handler, Invocation, Memory, Runtime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{pin::Pin, time::Duration};

/// What a handler is to do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Order {
    /// What a test tells its handler.
    pub(crate) does: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Switch {
    pub(crate) to: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) does: String,
}

messages! { Order, Switch }

impl Grouped for Switch {
    fn group(&self) -> String {
        "lamp".to_owned()
    }
}

impl Item for Row {
    const NAME: &'static str = "Row";
    const PARTITION: Key = Key::text("does");
}

contract! {
    pub(crate) Lamp: Order => () { sends Switch }
    pub(crate) Watch: Change<Row> => () { sends Switch }
    pub(crate) Desk: HttpRequest<Order> => HttpResponse { sends Switch }
}

pub(crate) type Doing<'c, T = ()> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'c>>;

/// What a handler does in a test: the same under each contract.
pub(crate) struct Does<F>(pub(crate) F);

pub(crate) const QUEUE: &str = "sqs-fifo:switches";

impl<F> Handler<Lamp> for Does<F>
where
    F: for<'c> Fn(String, &'c Context<Lamp>) -> Doing<'c> + Send + Sync + 'static,
{
    async fn handle(&self, order: Order, context: &Context<Lamp>) -> Result<(), BoxError> {
        (self.0)(order.does, context).await
    }
}

/// A runtime and the memory behind it.
pub(crate) fn runtime<C: Contract>() -> (Memory, Runtime<C>) {
    let memory = Memory::new();
    let runtime = Runtime::new(memory.clone(), [("NET_SENDS_SWITCH", QUEUE)]).expect("bound");
    (memory, runtime)
}

/// An invocation that has some time.
pub(crate) fn invocation(request_id: &str, time: Duration) -> Invocation {
    Invocation { request_id: request_id.to_owned(), ends: std::time::SystemTime::now() + time }
}

/// Messages of a queue: id and body.
pub(crate) fn queued(queue: &str, messages: &[(&str, &str)]) -> Value {
    let record = |(id, body): &(&str, &str)| {
        json!({
            "messageId": id,
            "receiptHandle": "another one each time",
            "body": body,
            "attributes": { "MessageGroupId": id.split('-').next() },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:eu-west-1:123456789012:{queue}"),
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

/// Orders of a queue, each with what its handler is to do.
pub(crate) fn orders(queue: &str, orders: &[(&str, &str)]) -> Value {
    let bodies: Vec<_> =
        orders.iter().map(|(id, does)| (*id, json!({ "does": does }).to_string())).collect();
    let messages: Vec<_> = bodies.iter().map(|(id, body)| (*id, body.as_str())).collect();
    queued(queue, &messages)
}

/// Changes of a table: sequence number, and the new row.
pub(crate) fn changed(changes: &[(&str, &str)]) -> Value {
    let record = |(number, does): &(&str, &str)| {
        json!({
            "eventID": format!("event-{number}"),
            "eventSource": "aws:dynamodb",
            "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/rows/stream/1",
            "dynamodb": { "SequenceNumber": number, "NewImage": { "does": { "S": does } } },
        })
    };
    json!({ "Records": changes.iter().map(record).collect::<Vec<_>>() })
}

/// A message of a topic.
pub(crate) fn published(id: &str, does: &str) -> Value {
    json!({ "Records": [{
        "EventSource": "aws:sns",
        "EventSubscriptionArn": "arn:aws:sns:eu-west-1:123456789012:orders:1",
        "Sns": {
            "MessageId": id,
            "TopicArn": "arn:aws:sns:eu-west-1:123456789012:orders",
            "Message": json!({ "does": does }).to_string(),
        },
    }] })
}

/// A request.
pub(crate) fn requested(id: &str, body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /orders",
        "rawPath": "/orders",
        "rawQueryString": "",
        "headers": { "content-type": "application/json" },
        "requestContext": {
            "requestId": id,
            "http": { "method": "POST", "path": "/orders", "sourceIp": "192.0.2.1" },
        },
        "body": body,
        "isBase64Encoded": false,
    })
}
/// The items that a batch reports as failed.
pub(crate) fn failed(answer: &Value) -> Vec<&str> {
    let failed = answer["batchItemFailures"].as_array().expect("a list of failures");
    failed.iter().filter_map(|failure| failure["itemIdentifier"].as_str()).collect()
}

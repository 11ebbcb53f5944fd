//! What Lambda hands a function, told apart and taken apart.

pub(crate) mod http;

use crate::{
    AttributeValue, Invocation, Parcel,
    capability::{bucket::event as bucket, table::item::image},
    error::told,
    input::{self, Flaw},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The attribute in which a deadline travels, in milliseconds since 1970.
pub(crate) const DEADLINE: &str = "net-deadline";
/// The attribute in which a correlation id travels.
pub(crate) const CORRELATION: &str = "net-correlation";
/// The attribute in which a message's own id travels, in invocations: a queue and a topic give ids that
/// stay the same, an invocation that is tried again has another one.
const ID: &str = "net-id";
/// The field that marks an invocation's payload as a message with its envelope.
const ENVELOPE: &str = "$net";

/// An event, by what it asks for in return.
#[derive(Debug)]
pub(crate) enum Event {
    /// Messages of a queue, each for itself, or in order inside their groups.
    Queue { records: Vec<Record>, ordered: bool },
    /// Changes of a table, in order.
    Stream(Vec<Record>),
    /// Inputs that were handed over while nobody waits, and come again if one of them fails: messages of
    /// a topic, events of a bucket.
    All(Vec<Record>),
    /// A request.
    Http(http::Request),
    /// Anything else: a tick, a directive, another function's message.
    Direct(Record),
}

/// One input and what travels with it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// By which Lambda knows it.
    pub(crate) id: String,
    /// The input, or why it is none.
    pub(crate) input: Result<Input, String>,
    /// What stays the same when it is delivered again, and belongs to no other; empty if only the
    /// invocation is known.
    pub(crate) source: String,
    pub(crate) group: String,
    pub(crate) deadline: Option<u64>,
    pub(crate) correlation: Option<String>,
}

/// What the code takes, before it has its type.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// As JSON.
    Json(Value),
    /// As DynamoDB says it: JSON has no bytes, no sets and no numbers of 38 digits.
    Change(AttributeValue),
}

impl Input {
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, Flaw> {
        match self {
            Input::Json(json) => input::read(json),
            Input::Change(change) => serde_dynamo::from_attribute_value(change)
                .map_err(|error| Flaw::whole(told(&error.to_string()))),
        }
    }
}

impl Record {
    fn of(id: &Value, input: Result<Value, String>) -> Record {
        let id = id.as_str().unwrap_or_default().to_owned();
        let input = input.map(Input::Json);
        Record {
            id,
            input,
            source: String::new(),
            group: String::new(),
            deadline: None,
            correlation: None,
        }
    }

    /// What this input is known by, however often it is handled. Lambda tries an asynchronous invocation
    /// again under the same request id (AWS Lambda, "Retry behavior").
    pub(crate) fn source<'r>(&'r self, invocation: &'r Invocation) -> &'r str {
        if self.source.is_empty() { &invocation.request_id } else { &self.source }
    }

    /// Known by several ids together. Lengths keep two lists of them from making one text.
    fn known_by(mut self, ids: &[&Value]) -> Record {
        self.source.reserve(ids.iter().filter_map(|id| id.as_str()).map(|id| id.len() + 5).sum());
        for id in ids.iter().filter_map(|id| id.as_str()) {
            // Nothing can go wrong where a text grows.
            let _ = write!(self.source, "{}:{id} ", id.len());
        }
        self
    }

    /// With what message attributes say, whose texts are under `key`.
    fn travelling(mut self, attributes: &Value, key: &str) -> Record {
        let text = |name: &str| attributes[name][key].as_str();
        self.deadline = text(DEADLINE).and_then(|deadline| deadline.parse().ok());
        self.correlation = text(CORRELATION).map(str::to_owned);
        self
    }
}

/// Tells an event by its shape; total: what has no other shape is an input itself.
pub(crate) fn parse(event: Value) -> Event {
    if let Some(records) = event["Records"].as_array() {
        let source = |record: &Value| {
            let source = record["eventSource"].as_str().or(record["EventSource"].as_str());
            source.unwrap_or_default().to_owned()
        };
        match records.first().map(source).as_deref() {
            Some("aws:sqs") => {
                let ordered =
                    records[0]["eventSourceARN"].as_str().is_some_and(|arn| arn.ends_with(".fifo"));
                return Event::Queue {
                    records: records.iter().flat_map(queued).collect(),
                    ordered,
                };
            }
            Some("aws:sns") => return Event::All(records.iter().flat_map(published).collect()),
            Some("aws:dynamodb") => return Event::Stream(records.iter().map(changed).collect()),
            _ => {}
        }
    }
    if let Some(events) = bucket::events(&event) {
        return Event::All(events.into_iter().map(|event| happened(event, &Value::Null)).collect());
    }
    if is_of_a_bus(&event) {
        return Event::All(vec![told_by_a_bus(event)]);
    }
    if event["version"] == "2.0" && event["requestContext"]["http"].is_object() {
        return Event::Http(http::request(&event));
    }
    direct(event)
}

fn queued(record: &Value) -> Vec<Record> {
    let body = parse_body(&record["body"]);
    // A bucket's events may come by a topic, in its envelope if nobody said otherwise.
    let inside = body.as_ref().ok().filter(|body| body["Type"] == "Notification");
    let inside = inside.and_then(|body| parse_body(&body["Message"]).ok());
    if let Some(events) = inside.as_ref().or(body.as_ref().ok()).and_then(bucket::events) {
        return events.into_iter().map(|event| happened(event, &record["messageId"])).collect();
    }
    vec![message(record, body)]
}

/// What a rule of a bus hands over ("Amazon EventBridge events": every event has these fields).
fn is_of_a_bus(event: &Value) -> bool {
    let texts = ["id", "source", "detail-type", "account", "time", "region"];
    texts.iter().all(|name| event[*name].is_string()) && event.get("detail").is_some()
}

/// An event's detail, which is the message. An event that is played again from an archive has another id.
fn told_by_a_bus(mut event: Value) -> Record {
    let detail = event["detail"].take();
    Record::of(&event["id"], Ok(detail)).known_by(&[
        &event["account"],
        &event["region"],
        &event["id"],
    ])
}

/// An event of a bucket's, in a message of an id.
fn happened((input, known_by): (Value, Vec<Value>), id: &Value) -> Record {
    Record::of(id, Ok(input)).known_by(&known_by.iter().collect::<Vec<_>>())
}

fn message(record: &Value, body: Result<Value, String>) -> Record {
    let mut queued = Record::of(&record["messageId"], body)
        .travelling(&record["messageAttributes"], "stringValue")
        .known_by(&[&record["eventSourceARN"], &record["messageId"]]);
    queued.group = record["attributes"]["MessageGroupId"].as_str().unwrap_or_default().to_owned();
    queued
}

fn published(record: &Value) -> Vec<Record> {
    let message = &record["Sns"];
    let body = parse_body(&message["Message"]);
    if let Some(events) = body.as_ref().ok().and_then(bucket::events) {
        return events.into_iter().map(|event| happened(event, &message["MessageId"])).collect();
    }
    let published = Record::of(&message["MessageId"], body)
        .travelling(&message["MessageAttributes"], "Value")
        .known_by(&[&message["TopicArn"], &message["MessageId"]]);
    vec![published]
}

fn changed(record: &Value) -> Record {
    let change = &record["dynamodb"];
    let input = image(&change["OldImage"]).and_then(|before| {
        let after = image(&change["NewImage"])?;
        let images = [("before".to_owned(), before), ("after".to_owned(), after)];
        Ok(Input::Change(AttributeValue::M(images.into())))
    });
    // A sequence number is unique in its shard; the event's id everywhere (Amazon DynamoDB Streams API
    // Reference, "Record" and "StreamRecord").
    let ids = [&record["eventSourceARN"], &record["eventID"], &change["SequenceNumber"]];
    let record = Record::of(&change["SequenceNumber"], Ok(Value::Null));
    Record { input, ..record.known_by(&ids) }
}

fn parse_body(body: &Value) -> Result<Value, String> {
    let text = body.as_str().ok_or("it has no body")?;
    serde_json::from_str(text).map_err(|error| format!("its body is no JSON: {error}"))
}

fn direct(mut event: Value) -> Event {
    if event.get("message").is_none() || !event[ENVELOPE].is_object() {
        return Event::Direct(Record::of(&Value::Null, Ok(event)));
    }
    let envelope = event[ENVELOPE].take();
    let mut record = Record::of(&Value::Null, Ok(event["message"].take()));
    record.deadline = envelope[DEADLINE].as_u64();
    record.correlation = envelope[CORRELATION].as_str().map(str::to_owned);
    Event::Direct(record.known_by(&[&envelope[ID]]))
}

impl Parcel {
    /// The payload of an invocation that carries the message, and what travels with it.
    pub fn payload(&self) -> String {
        let envelope = json!({
            DEADLINE: self.deadline,
            CORRELATION: self.correlation,
            ID: Some(&self.id).filter(|id| !id.is_empty()),
        });
        format!(r#"{{"{ENVELOPE}":{envelope},"message":{}}}"#, self.body)
    }
}

//! What Lambda hands a function, told apart and taken apart.

pub(crate) mod http;
mod queue;

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
    fn of(id: &str, input: Result<Value, String>) -> Record {
        let id = id.to_owned();
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
    fn known_by(mut self, ids: &[&str]) -> Record {
        self.source.reserve(ids.iter().map(|id| id.len() + 5).sum());
        for id in ids.iter().filter(|id| !id.is_empty()) {
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

/// Reads an event that is a text.
///
/// # Errors
/// That it is no JSON.
pub(crate) fn read(event: &str) -> serde_json::Result<Event> {
    match queue::records(event) {
        Some((records, ordered)) => Ok(Event::Queue { records, ordered }),
        None => Ok(parse(serde_json::from_str(event)?)),
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
            Some(queue::SOURCE) => {
                let (records, ordered) = queue::lenient_records(records);
                return Event::Queue { records, ordered };
            }
            Some("aws:sns") => return Event::All(records.iter().flat_map(published).collect()),
            Some("aws:dynamodb") => return Event::Stream(records.iter().map(changed).collect()),
            _ => {}
        }
    }
    if let Some(events) = bucket::events(&event) {
        return Event::All(events.into_iter().map(|event| happened(event, "")).collect());
    }
    if is_of_a_bus(&event) {
        return Event::All(vec![told_by_a_bus(event)]);
    }
    if event["version"] == "2.0" && event["requestContext"]["http"].is_object() {
        return Event::Http(http::request(&event));
    }
    direct(event)
}

/// What a rule of a bus hands over ("Amazon EventBridge events": every event has these fields).
fn is_of_a_bus(event: &Value) -> bool {
    let texts = ["id", "source", "detail-type", "account", "time", "region"];
    texts.iter().all(|name| event[*name].is_string()) && event.get("detail").is_some()
}

/// An event's detail, which is the message. An event that is played again from an archive says of which replay it
/// is, and is another: what was handled once is to be handled again.
fn told_by_a_bus(mut event: Value) -> Record {
    let detail = event["detail"].take();
    let ids = ["id", "account", "region", "replay-name"].map(|name| text(&event[name]));
    Record::of(ids[0], Ok(detail)).known_by(&[ids[1], ids[2], ids[0], ids[3]])
}

/// An event of a bucket's, in a message of an id.
fn happened((input, known_by): (Value, Vec<Value>), id: &str) -> Record {
    Record::of(id, Ok(input)).known_by(&known_by.iter().map(text).collect::<Vec<_>>())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn published(record: &Value) -> Vec<Record> {
    let message = &record["Sns"];
    let body = parse_body(message["Message"].as_str());
    if let Some(events) = body.as_ref().ok().and_then(bucket::events) {
        return events
            .into_iter()
            .map(|event| happened(event, text(&message["MessageId"])))
            .collect();
    }
    let published = Record::of(text(&message["MessageId"]), body)
        .travelling(&message["MessageAttributes"], "Value")
        .known_by(&[text(&message["TopicArn"]), text(&message["MessageId"])]);
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
    let number = text(&change["SequenceNumber"]);
    let ids = [text(&record["eventSourceARN"]), text(&record["eventID"]), number];
    Record { input, ..Record::of(number, Ok(Value::Null)).known_by(&ids) }
}

fn parse_body(body: Option<&str>) -> Result<Value, String> {
    let text = body.ok_or("it has no body")?;
    serde_json::from_str(text).map_err(|error| format!("its body is no JSON: {error}"))
}

fn direct(mut event: Value) -> Event {
    if event.get("message").is_none() || !event[ENVELOPE].is_object() {
        return Event::Direct(Record::of("", Ok(event)));
    }
    let envelope = event[ENVELOPE].take();
    let mut record = Record::of("", Ok(event["message"].take()));
    record.deadline = envelope[DEADLINE].as_u64();
    record.correlation = envelope[CORRELATION].as_str().map(str::to_owned);
    Event::Direct(record.known_by(&[text(&envelope[ID])]))
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

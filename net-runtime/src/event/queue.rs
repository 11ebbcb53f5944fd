//! Messages of a queue, as Lambda hands them over ("Example standard queue message event", AWS Lambda
//! Developer Guide).

use super::{CORRELATION, DEADLINE, Record, happened, parse_body};
use crate::capability::bucket::event as bucket;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// What an event of a queue says, read without a copy of its texts.
#[derive(Deserialize)]
struct Batch<'e> {
    #[serde(borrow, rename = "Records")]
    records: Vec<Message<'e>>,
}

#[derive(Deserialize)]
struct Message<'e> {
    #[serde(borrow, rename = "eventSource")]
    source: Cow<'e, str>,
    #[serde(borrow, rename = "eventSourceARN")]
    queue: Cow<'e, str>,
    #[serde(borrow, rename = "messageId")]
    id: Cow<'e, str>,
    #[serde(borrow)]
    body: Cow<'e, str>,
    #[serde(borrow, default)]
    attributes: Attributes<'e>,
    #[serde(borrow, default, rename = "messageAttributes")]
    travelling: Travelling<'e>,
}

#[derive(Default, Deserialize)]
struct Attributes<'e> {
    #[serde(borrow, rename = "MessageGroupId")]
    group: Option<Cow<'e, str>>,
}

#[derive(Default, Deserialize)]
struct Travelling<'e> {
    #[serde(borrow, rename = "net-deadline")]
    deadline: Option<Attribute<'e>>,
    #[serde(borrow, rename = "net-correlation")]
    correlation: Option<Attribute<'e>>,
}

#[derive(Deserialize)]
struct Attribute<'e> {
    #[serde(borrow, default, rename = "stringValue")]
    text: Option<Cow<'e, str>>,
}

/// The records of an event of a queue, and whether their order counts; none if it is another event, or
/// one that is to be taken apart bit by bit.
pub(super) fn records(event: &str) -> Option<(Vec<Record>, bool)> {
    let batch: Batch<'_> = serde_json::from_str(event).ok()?;
    let first = batch.records.first()?;
    let ordered = first.queue.ends_with(".fifo");
    if batch.records.iter().any(|message| message.source != SOURCE) {
        return None;
    }
    let mut records = Vec::with_capacity(batch.records.len());
    for message in &batch.records {
        let text = |attribute: &Option<Attribute<'_>>| {
            attribute.as_ref().and_then(|attribute| attribute.text.as_deref()).map(str::to_owned)
        };
        let travelling =
            [text(&message.travelling.deadline), text(&message.travelling.correlation)];
        let group = message.attributes.group.as_deref().unwrap_or_default();
        take(&mut records, [&message.queue, &message.id], Some(&message.body), group, travelling);
    }
    Some((records, ordered))
}

/// By which Lambda says that an event is of a queue.
pub(super) const SOURCE: &str = "aws:sqs";

/// The records of an event of a queue that may lack anything.
pub(super) fn lenient_records(event: &[Value]) -> (Vec<Record>, bool) {
    let mut records = Vec::with_capacity(event.len());
    for record in event {
        let text = |name: &str| record[name].as_str();
        let travelling = [DEADLINE, CORRELATION].map(|name| {
            record["messageAttributes"][name]["stringValue"].as_str().map(str::to_owned)
        });
        let group = record["attributes"]["MessageGroupId"].as_str().unwrap_or_default();
        let ids = ["eventSourceARN", "messageId"].map(|name| text(name).unwrap_or_default());
        take(&mut records, ids, text("body"), group, travelling);
    }
    let first = event.first().and_then(|record| record["eventSourceARN"].as_str());
    (records, first.is_some_and(|queue| queue.ends_with(".fifo")))
}

fn take(
    records: &mut Vec<Record>,
    [queue, id]: [&str; 2],
    body: Option<&str>,
    group: &str,
    [deadline, correlation]: [Option<String>; 2],
) {
    let body = parse_body(body);
    // A bucket's events may come by a topic, in its envelope if nobody said otherwise.
    let inside = body.as_ref().ok().filter(|body| body["Type"] == "Notification");
    let inside = inside.and_then(|body| parse_body(body["Message"].as_str()).ok());
    if let Some(events) = inside.as_ref().or(body.as_ref().ok()).and_then(bucket::events) {
        records.extend(events.into_iter().map(|event| happened(event, id)));
        return;
    }
    records.push(Record {
        group: group.to_owned(),
        deadline: deadline.and_then(|deadline| deadline.parse().ok()),
        correlation,
        ..Record::of(id, body).known_by(&[queue, id])
    });
}

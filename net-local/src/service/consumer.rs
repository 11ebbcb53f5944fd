//! Lambda's event source mappings of queues: who polls, how much at once, what a batch comes to.
//!
//! Sources, by the titles of the AWS Lambda Developer Guide: "Creating and configuring an Amazon SQS event
//! source mapping", "Configuring scaling behavior for SQS event source mappings", "Handling errors for an
//! SQS event source in Lambda", "Batching behavior".

use super::{
    filter::Filters,
    function::{self, Ended, Outcome},
    queue,
};
use crate::{
    engine::{
        Engine,
        log::{Number, What},
        wiring::{REGION, Reader},
    },
    fault::Fault,
};
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    fmt::{self, Write as _},
    sync::Arc,
};

/// One mapping, as the plan has it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) queue: usize,
    pub(crate) function: usize,
    batch: usize,
    /// How long a batch may take to fill, in milliseconds.
    window: u64,
    most_at_once: u64,
    reports_failures: bool,
    filters: Filters,
}

/// Batches at once to begin with, how many more there are each minute, and the most of them
/// ("Configuring scaling behavior").
const FIRST: u64 = 5;
const MORE: u64 = 300;
const MOST: u64 = 1_000;
/// 6 MB, of which a batch's records have the most ("Batching behavior").
const PAYLOAD: usize = 6 * 1_024 * 1_024;

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "EventSourceArn",
        "FunctionName",
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "FunctionResponseTypes",
        "ScalingConfig/MaximumConcurrency",
        "FilterCriteria/Filters",
        "Tags",
    ]);
    let source = reader.text("EventSourceArn").unwrap_or_default();
    let function = reader.text("FunctionName").unwrap_or_default();
    let (Some(queue), Some(function)) =
        (reader.wiring.queue(&source), reader.wiring.function(&function))
    else {
        reader.refuse("it reads what is no queue of this network, or feeds none of its functions");
        return;
    };
    let filters = Filters::read(reader);
    let number = |name, default| reader.number(name).unwrap_or(default);
    let reports = reader.value("FunctionResponseTypes");
    let settings = Settings {
        queue,
        function,
        batch: usize::try_from(number("BatchSize", 10)).unwrap_or(10),
        filters,
        window: number("MaximumBatchingWindowInSeconds", 0) * 1_000,
        most_at_once: number("ScalingConfig/MaximumConcurrency", MOST),
        reports_failures: reports.is_some_and(|types| {
            types.items().iter().any(|it| it.as_text() == Some("ReportBatchItemFailures"))
        }),
    };
    reader.wiring.consumers.push(settings);
    let consumer = reader.wiring.consumers.len() - 1;
    reader.wiring.queues[queue].consumers.push(consumer);
}

/// A mapping at work.
#[derive(Default)]
pub(crate) struct Consumer {
    at_once: u64,
    /// Since when there is something to do, in milliseconds.
    busy_since: Option<u64>,
    /// Whether it is going to look.
    looks: bool,
    /// Whether it is going to look once it may have more batches at once.
    grows: bool,
    /// When the batch that fills must go.
    window_ends: Option<u64>,
}

/// There may be something to receive.
pub(crate) fn notice(engine: &mut Engine, consumer: usize) {
    if !std::mem::replace(&mut engine.services.consumers[consumer].looks, true) {
        let pause = engine.pause("poll", consumer);
        engine.later(pause, move |engine| poll(engine, consumer));
    }
}

/// Receives what can be received, and starts runs with it.
fn poll(engine: &mut Engine, consumer: usize) {
    engine.services.consumers[consumer].looks = false;
    let wiring = engine.wiring.clone();
    let settings = &wiring.consumers[consumer];
    let now = engine.now();
    loop {
        let waiting = queue::has_some(engine, settings.queue);
        let state = &mut engine.services.consumers[consumer];
        if waiting == 0 {
            state.window_ends = None;
            if state.at_once == 0 {
                state.busy_since = None;
            }
            return;
        }
        let minutes = (now - *state.busy_since.get_or_insert(now)) / 60_000;
        let most = (FIRST + MORE * minutes).min(MOST).min(settings.most_at_once);
        if state.at_once >= most {
            if most < settings.most_at_once.min(MOST) && !state.grows {
                state.grows = true;
                engine.later(60_000, move |engine| {
                    engine.services.consumers[consumer].grows = false;
                    notice(engine, consumer);
                });
            }
            return;
        }
        if settings.window > 0 && waiting < settings.batch {
            let ends = *state.window_ends.get_or_insert(now + settings.window);
            if now < ends {
                engine.later(ends - now, move |engine| poll(engine, consumer));
                return;
            }
        }
        state.window_ends = None;
        let received = queue::receive(engine, settings.queue, settings.batch);
        let received = filtered(engine, settings, received);
        if received.is_empty() {
            continue;
        }
        for batch in batches(engine, settings.queue, received) {
            engine.services.consumers[consumer].at_once += 1;
            spoil(engine, consumer, batch);
        }
    }
}

/// What the mapping's filters take; Lambda deletes the rest from the queue ("Properly filtering Amazon SQS
/// messages").
fn filtered(engine: &mut Engine, settings: &Settings, received: Batch) -> Batch {
    if settings.filters.take_all() {
        return received;
    }
    let (taken, left): (Batch, Batch) = received.into_iter().partition(|message| {
        let record = record(engine, settings.queue, *message).unwrap_or_default();
        let mut record: Value = serde_json::from_str(&record).unwrap_or_default();
        // A body that is JSON is looked into, and is no text.
        let body = record["body"].as_str().unwrap_or_default();
        if let Ok(body @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(body) {
            record["body"] = body;
        }
        settings.filters.take(&record)
    });
    for (place, receives) in left {
        let item = engine.services.queues[settings.queue].item(place);
        let Some(letter) = item.map(|item| item.letter) else { continue };
        let correlation = engine.log.of(letter).correlation;
        let to = settings.function as Number;
        engine.tell(correlation, 0, What::Filtered { letter, to });
        queue::delete(engine, settings.queue, place, receives);
    }
    taken
}

type Batch = Vec<(u64, u32)>;

/// Hands a batch over, late or twice if that is what goes wrong.
fn spoil(engine: &mut Engine, consumer: usize, batch: Batch) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.consumers[consumer];
    let queue = &wiring.queues[settings.queue];
    let place = |engine: &Engine| {
        let function = engine.wiring.functions[settings.function].entity;
        format!("{} triggers {}", wiring.name(queue.entity), engine.wiring.name(function))
    };
    // What a FIFO queue delivers it delivers once, until its visibility timeout ends.
    let among: &[Fault] =
        if queue.fifo { &[Fault::Delay] } else { &[Fault::Delay, Fault::Duplicate] };
    match engine.fault(0, place, among) {
        Some(Fault::Delay) => {
            let delay = 1_000 + engine.random("delay", consumer).up_to(29_000);
            engine.later(delay, move |engine| hand_over(engine, consumer, batch, 1_000));
        }
        Some(Fault::Duplicate) => {
            for (place, receives) in &batch {
                queue::come_back(engine, settings.queue, *place, *receives);
            }
            hand_over(engine, consumer, batch, 1_000);
        }
        _ => hand_over(engine, consumer, batch, 1_000),
    }
}

/// What is received at once, in batches that an invocation can carry.
fn batches(engine: &Engine, queue: usize, received: Batch) -> Vec<Batch> {
    let items = &engine.services.queues[queue];
    let (mut batches, mut size) = (vec![Batch::new()], 0);
    for (place, receives) in received {
        let length =
            items.item(place).map_or(0, |item| engine.log.of(item.letter).parcel.body.len());
        if size + length > PAYLOAD && size > 0 {
            batches.push(Batch::new());
            size = 0;
        }
        size += length + 1_024;
        if let Some(batch) = batches.last_mut() {
            batch.push((place, receives));
        }
    }
    batches
}

/// Starts a run with a batch. A run that is throttled is tried again until its messages are visible again.
fn hand_over(engine: &mut Engine, consumer: usize, batch: Batch, pause: u64) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.consumers[consumer];
    let still = |(place, receives): &(u64, u32)| {
        let item = engine.services.queues[settings.queue].item(*place);
        item.is_some_and(|item| item.receives == *receives)
    };
    let batch: Batch = batch.into_iter().filter(still).collect();
    if batch.is_empty() {
        engine.services.consumers[consumer].at_once -= 1;
        notice(engine, consumer);
        return;
    }
    let event = event(engine, settings.queue, &batch);
    let messages = batch.clone();
    let done: function::Done =
        Box::new(move |engine, ended| end(engine, consumer, &messages, ended));
    match function::start(engine, settings.function, event, done) {
        Ok(run) => {
            for (place, receives) in &batch {
                let item = engine.services.queues[settings.queue].item(*place);
                let Some(letter) = item.map(|item| item.letter) else { continue };
                let correlation = engine.log.of(letter).correlation;
                let to = settings.function as Number;
                function::is_part_of(engine, run, correlation);
                engine.tell(correlation, run, What::Given { letter, to, times: *receives });
            }
        }
        Err(_) => {
            let again = (pause * 2).min(60_000);
            engine.later(pause, move |engine| hand_over(engine, consumer, batch, again));
        }
    }
}

/// What Lambda hands a function ("Example standard queue message event").
fn event(engine: &Engine, queue: usize, batch: &Batch) -> String {
    records_of(batch.iter().filter_map(|message| record(engine, queue, *message)))
}

/// One message of it. A million of them are made in a simulation: each is written once, as text.
fn record(engine: &Engine, queue: usize, (place, receives): (u64, u32)) -> Option<String> {
    let settings = &engine.wiring.queues[queue];
    let item = engine.services.queues[queue].item(place)?;
    let parcel = &engine.log.of(item.letter).parcel;
    let (id, body) = (message_id(item.letter), Text(&parcel.body));
    let (sent, first, queue) = (item.sent, item.first_received, Text(&settings.arn));
    let attributes = attributes_of(parcel, "stringValue");
    let mut record = String::with_capacity(640 + parcel.body.len());
    // Nothing can go wrong where a text grows.
    let _ = write!(
        record,
        r#"{{"messageId":"{id}","receiptHandle":"{place}-{receives}","body":{body},"md5OfBody":"","#
    );
    let _ = write!(
        record,
        r#""eventSource":"aws:sqs","eventSourceARN":{queue},"awsRegion":"{REGION}","#
    );
    let _ = write!(
        record,
        r#""attributes":{{"ApproximateReceiveCount":"{receives}","SentTimestamp":"{sent}","#
    );
    let _ =
        write!(record, r#""SenderId":"AIDALOCAL","ApproximateFirstReceiveTimestamp":"{first}""#);
    if settings.fifo {
        let group = Text(parcel.group.as_deref().unwrap_or("all"));
        let id = Text(&parcel.id);
        let _ = write!(
            record,
            r#","MessageGroupId":{group},"MessageDeduplicationId":{id},"SequenceNumber":"{place:020}""#
        );
    }
    let _ = write!(record, r#"}},"messageAttributes":{attributes}}}"#);
    Some(record)
}

/// A text as JSON says it.
struct Text<'t>(&'t str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self.0).map_err(|_| fmt::Error)?)
    }
}

/// An event of some records, each of which is JSON.
pub(crate) fn records_of(records: impl Iterator<Item = String>) -> String {
    let mut event = r#"{"Records":["#.to_owned();
    for (number, record) in records.enumerate() {
        if number > 0 {
            event.push(',');
        }
        event.push_str(&record);
    }
    event.push_str("]}");
    event
}

/// What a message is known by, wherever it goes.
pub(crate) fn message_id(letter: Number) -> String {
    format!("message-{}", letter + 1)
}

/// What travels beside a message's body, as message attributes.
pub(crate) fn attributes_of(parcel: &net_runtime::Parcel, key: &str) -> Value {
    let kind = if key == "Value" { "Type" } else { "dataType" };
    let mut attributes = Map::new();
    let mut put = |name: &str, text: String| {
        let attribute = [(key, text), (kind, "String".to_owned())];
        let attribute = attribute.map(|(name, text)| (name.to_owned(), Value::String(text)));
        attributes.insert(name.to_owned(), Map::from_iter(attribute).into());
    };
    if let Some(deadline) = parcel.deadline {
        put("net-deadline", deadline.to_string());
    }
    if !parcel.correlation.is_empty() {
        put("net-correlation", parcel.correlation.clone());
    }
    attributes.into()
}

/// A run has ended: what it has handled is deleted, the rest comes again.
fn end(engine: &mut Engine, consumer: usize, batch: &Batch, ended: Ended) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.consumers[consumer];
    let said: HashMap<&str, &str> =
        ended.said.iter().rev().map(|(record, text)| (record.as_str(), text.as_str())).collect();
    let state = &engine.services.queues[settings.queue];
    let ids: Vec<Option<String>> = batch
        .iter()
        .map(|(place, _)| state.item(*place).map(|item| message_id(item.letter)))
        .collect();
    let failed: Vec<Option<Arc<str>>> = match &ended.outcome {
        Outcome::Answered(answer) if settings.reports_failures => {
            let reported = reported(answer, &ids);
            let why = |id: &Option<String>| -> Option<Arc<str>> {
                let failed = match &reported {
                    Ok(failed) => failed.contains(id.as_ref()?),
                    Err(_) => true,
                };
                let said = id.as_ref().and_then(|id| said.get(id.as_str())).copied();
                let otherwise =
                    reported.as_ref().err().map_or("the function has reported it", String::as_str);
                failed.then(|| said.unwrap_or(otherwise).into())
            };
            ids.iter().map(why).collect()
        }
        Outcome::Answered(_) => vec![None; ids.len()],
        Outcome::Failed(why) => vec![Some(why.as_str().into()); ids.len()],
    };
    for ((place, receives), failed) in batch.iter().zip(failed) {
        let item = engine.services.queues[settings.queue].item(*place);
        let Some(letter) = item.filter(|item| item.receives == *receives).map(|item| item.letter)
        else {
            continue;
        };
        match failed {
            Some(why) => queue::fail(engine, settings.queue, *place, ended.run, why),
            None => {
                let correlation = engine.log.of(letter).correlation;
                engine.tell(correlation, ended.run, What::Handled { letter });
                queue::delete(engine, settings.queue, *place, *receives);
            }
        }
    }
    engine.services.consumers[consumer].at_once -= 1;
    notice(engine, consumer);
}

/// Which messages a function has reported as failed ("Implementing partial batch responses": an empty list
/// or none is success, what is malformed or names no message fails the whole batch).
///
/// # Errors
/// Why the whole batch has failed.
pub(crate) fn reported(answer: &Value, ids: &[Option<String>]) -> Result<Vec<String>, String> {
    let malformed = |what: &str| {
        Err(format!(
            "the function's answer is no partial batch response ({what}): the whole batch has failed"
        ))
    };
    let failures = match answer {
        Value::Null => return Ok(Vec::new()),
        Value::Object(map) if map.is_empty() => return Ok(Vec::new()),
        answer => match &answer["batchItemFailures"] {
            Value::Null if answer.is_object() => return Ok(Vec::new()),
            Value::Array(failures) => failures,
            _ => return malformed("`batchItemFailures` is no list"),
        },
    };
    let mut failed = Vec::new();
    for failure in failures {
        match failure["itemIdentifier"].as_str() {
            None | Some("") => return malformed("an item has no `itemIdentifier`"),
            Some(id) if !ids.iter().flatten().any(|known| known == id) => {
                return malformed("an `itemIdentifier` is none of the batch's");
            }
            Some(id) => failed.push(id.to_owned()),
        }
    }
    Ok(failed)
}

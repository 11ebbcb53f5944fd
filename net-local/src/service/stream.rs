//! DynamoDB streams and Lambda's event source mappings of them: shards in order, retries, bisection.
//!
//! Sources, by the titles of the AWS Lambda Developer Guide: "Process DynamoDB records with Lambda",
//! "Retain discarded records for a DynamoDB event source in Lambda", "Configuring partial batch response
//! with DynamoDB and Lambda", "Polling and batching streams".

use super::{
    consumer::{records_of, reported},
    filter::Filters,
    function::{self, Ended, Outcome},
    queue,
};
use crate::{
    engine::{
        Engine,
        log::{Number, What},
        random::hash,
        wiring::Reader,
    },
    fault::Fault,
};
use net_runtime::{AttributeValue, Attributes, Parcel};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// A reader of a stream, as the plan has it; times in milliseconds.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) table: usize,
    pub(crate) function: usize,
    batch: usize,
    window: u64,
    retries: Option<u64>,
    oldest: u64,
    bisects: bool,
    reports_failures: bool,
    filters: Filters,
    /// The ARN of the queue that is told of what is given up.
    dead_letters: Option<String>,
}

/// Shards of a stream: a new on-demand table starts with four partitions ("Read/write capacity mode"), each
/// with a shard of its own.
const SHARDS: u64 = 4;
/// A stream keeps records for 24 hours.
const KEPT: u64 = 24 * 60 * 60 * 1_000;

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "EventSourceArn",
        "FunctionName",
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "FunctionResponseTypes",
        "StartingPosition",
        "BisectBatchOnFunctionError",
        "MaximumRetryAttempts",
        "MaximumRecordAgeInSeconds",
        "DestinationConfig/OnFailure/Destination",
        "FilterCriteria/Filters",
        "Tags",
    ]);
    if reader.text("StartingPosition").as_deref() == Some("AT_TIMESTAMP") {
        reader.refuse("a starting position by time is not carried out here yet");
    }
    let source = reader.text("EventSourceArn").unwrap_or_default();
    let function = reader.text("FunctionName").unwrap_or_default();
    let table = reader.wiring.tables.iter().position(|table| {
        source.strip_prefix(&table.arn).is_some_and(|rest| rest.starts_with("/stream/"))
    });
    let (Some(table), Some(function)) = (table, reader.wiring.function(&function)) else {
        reader.refuse(
            "it reads the stream of no table of this network, or feeds none of its functions",
        );
        return;
    };
    let filters = Filters::read(reader);
    let reports = reader.value("FunctionResponseTypes");
    // -1 is without end, in both.
    let seconds = reader.number("MaximumRecordAgeInSeconds").map(|seconds| seconds * 1_000);
    let settings = Settings {
        table,
        function,
        batch: usize::try_from(reader.number("BatchSize").unwrap_or(100)).unwrap_or(100),
        window: reader.number("MaximumBatchingWindowInSeconds").unwrap_or(0) * 1_000,
        retries: reader.number("MaximumRetryAttempts"),
        oldest: seconds.unwrap_or(KEPT).min(KEPT),
        bisects: reader.flag("BisectBatchOnFunctionError"),
        reports_failures: reports.is_some_and(|types| {
            types.items().iter().any(|it| it.as_text() == Some("ReportBatchItemFailures"))
        }),
        filters,
        dead_letters: reader.text("DestinationConfig/OnFailure/Destination"),
    };
    reader.wiring.streams.push(settings);
    let stream = reader.wiring.streams.len() - 1;
    reader.wiring.tables[table].streams.push(stream);
}

/// A reader at work, shard by shard.
#[derive(Default)]
pub(crate) struct Stream {
    shards: BTreeMap<u64, Shard>,
}

#[derive(Default)]
struct Shard {
    records: VecDeque<Record>,
    /// How many of the first records are tried together next, after a failure.
    next: Option<usize>,
    tries: u64,
    at_work: bool,
    looks: bool,
    window_ends: Option<u64>,
}

/// One change.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) shard: u64,
    pub(crate) sequence: u64,
    pub(crate) at: u64,
    pub(crate) letter: Number,
    pub(crate) correlation: u32,
    pub(crate) event: Arc<Value>,
}

impl Stream {
    /// What the reader has not handled yet, shard by shard.
    #[cfg(feature = "dev")]
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.shards.values().flat_map(|shard| &shard.records)
    }
}

/// Puts a record back that the reader had not handled when another engine ended.
#[cfg(feature = "dev")]
pub(crate) fn restore(engine: &mut Engine, stream: usize, record: Record) {
    engine.on_the_way += 1;
    let number = record.shard;
    shard(engine, stream, number).records.push_back(record);
    notice(engine, stream, number);
}

impl Record {
    pub(crate) fn new(
        engine: &mut Engine,
        table: usize,
        keys: Attributes,
        before: Option<Attributes>,
        after: Option<Attributes>,
        correlation: u32,
        expired: bool,
    ) -> Record {
        let wiring = engine.wiring.clone();
        let settings = &wiring.tables[table];
        engine.services.last_change += 1;
        let sequence = engine.services.last_change;
        let name = match (&before, &after) {
            (None, _) => "INSERT",
            (Some(_), Some(_)) => "MODIFY",
            (Some(_), None) => "REMOVE",
        };
        let image = |item: Attributes| serde_json::to_value(item).unwrap_or_default();
        let view = settings.view.as_deref().unwrap_or_default();
        let mut change = json!({
            "ApproximateCreationDateTime": engine.now() / 1_000,
            "Keys": image(keys.clone()),
            "SequenceNumber": format!("{sequence:021}"),
            "SizeBytes": 100,
            "StreamViewType": view,
        });
        if let (Some(item), "NEW_IMAGE" | "NEW_AND_OLD_IMAGES") = (after, view) {
            change["NewImage"] = image(item);
        }
        if let (Some(item), "OLD_IMAGE" | "NEW_AND_OLD_IMAGES") = (before, view) {
            change["OldImage"] = image(item);
        }
        let mut event = json!({
            "eventID": format!("change-{sequence}"),
            "eventName": name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": crate::engine::wiring::REGION,
            "dynamodb": change,
            "eventSourceARN": format!("{}/stream/2026-01-01T00:00:00.000", settings.arn),
        });
        if expired {
            event["userIdentity"] =
                json!({ "principalId": "dynamodb.amazonaws.com", "type": "Service" });
        }
        let shard = shard_of(&keys);
        let text = engine.log.correlations.text(correlation).to_owned();
        let parcel = Parcel { body: event.to_string(), correlation: text, ..Parcel::default() };
        let letter = engine.log.letter(Arc::new(parcel));
        let event = Arc::new(event);
        Record { shard, sequence, at: engine.now(), letter, correlation, event }
    }

    fn id(&self) -> String {
        format!("{:021}", self.sequence)
    }
}

/// The shard of an item: items of one key are in one.
fn shard_of(keys: &Attributes) -> u64 {
    let mut keys: Vec<(&String, &AttributeValue)> = keys.iter().collect();
    keys.sort_by_key(|(name, _)| *name);
    hash(0, format!("{keys:?}").as_bytes()) % SHARDS
}

/// A change comes into the stream of a table.
pub(crate) fn add(engine: &mut Engine, table: usize, record: Record) {
    let wiring = engine.wiring.clone();
    if wiring.tables[table].streams.is_empty() {
        return;
    }
    let what = What::Streamed { table: table as Number, text: record.id().into() };
    engine.tell(record.correlation, 0, what);
    for stream in &wiring.tables[table].streams {
        let settings = &wiring.streams[*stream];
        // Lambda goes on behind what its filters do not take.
        if !settings.filters.take(&record.event) {
            let to = settings.function as Number;
            engine.tell(record.correlation, 0, What::Filtered { letter: record.letter, to });
            continue;
        }
        engine.on_the_way += 1;
        let shard = record.shard;
        let state = engine.services.streams[*stream].shards.entry(shard).or_default();
        state.records.push_back(record.clone());
        notice(engine, *stream, shard);
    }
}

fn shard(engine: &mut Engine, stream: usize, shard: u64) -> &mut Shard {
    engine.services.streams[stream].shards.entry(shard).or_default()
}

fn notice(engine: &mut Engine, stream: usize, number: u64) {
    let pause = engine.pause("shard", stream);
    let state = shard(engine, stream, number);
    if !state.looks && !state.at_work {
        state.looks = true;
        engine.later(pause, move |engine| poll(engine, stream, number));
    }
}

/// Hands over what is next in a shard.
fn poll(engine: &mut Engine, stream: usize, number: u64) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.streams[stream];
    let now = engine.now();
    let state = shard(engine, stream, number);
    state.looks = false;
    if state.at_work || state.records.is_empty() {
        return;
    }
    // Records age; the first that is young enough is the first of the batch.
    let aged = state.records.iter().take_while(|record| now - record.at > settings.oldest).count();
    if aged > 0 {
        let why = "the record was older than the mapping or the stream keeps records";
        give_up(engine, stream, number, aged, 0, why.into());
        notice(engine, stream, number);
        return;
    }
    let waiting = state.records.len();
    if state.next.is_none() && settings.window > 0 && waiting < settings.batch {
        let ends = *state.window_ends.get_or_insert(now + settings.window);
        if now < ends {
            state.looks = true;
            engine.later(ends - now, move |engine| poll(engine, stream, number));
            return;
        }
    }
    state.window_ends = None;
    let count = state.next.unwrap_or(settings.batch).min(waiting).max(1);
    let records: Vec<Record> = state.records.iter().take(count).cloned().collect();
    let event = records_of(records.iter().map(|record| record.event.to_string()));
    let times = u32::try_from(state.tries + 1).unwrap_or(u32::MAX);
    state.at_work = true;
    let place = |engine: &Engine| {
        let table = engine.wiring.tables[settings.table].entity;
        let function = engine.wiring.functions[settings.function].entity;
        format!("{} triggers {}", engine.wiring.name(table), engine.wiring.name(function))
    };
    let doubled = engine.fault(0, place, &[Fault::Duplicate]).is_some();
    let ids: Vec<String> = records.iter().map(Record::id).collect();
    let done: function::Done =
        Box::new(move |engine, ended| end(engine, stream, number, ids, ended, doubled));
    match function::start(engine, settings.function, event, done) {
        Ok(run) => {
            for record in records {
                let to = settings.function as Number;
                let what = What::Given { letter: record.letter, to, times };
                function::is_part_of(engine, run, record.correlation);
                engine.tell(record.correlation, run, what);
            }
        }
        Err(_) => {
            let state = shard(engine, stream, number);
            state.at_work = false;
            state.looks = true;
            engine.later(1_000, move |engine| poll(engine, stream, number));
        }
    }
}

/// A run has ended: the shard goes on behind what was handled, and tries the rest again.
fn end(
    engine: &mut Engine,
    stream: usize,
    number: u64,
    ids: Vec<String>,
    ended: Ended,
    doubled: bool,
) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.streams[stream];
    shard(engine, stream, number).at_work = false;
    let said = ended.said.first().map(|(_, text)| text.clone());
    let (handled, why) = match &ended.outcome {
        Outcome::Answered(answer) if settings.reports_failures => {
            let known: Vec<Option<String>> = ids.iter().cloned().map(Some).collect();
            match reported(answer, &known) {
                Ok(failed) => {
                    // Lambda goes on from the lowest one reported.
                    let first = ids.iter().position(|id| failed.contains(id));
                    let why = said.unwrap_or_else(|| "the function has reported it".to_owned());
                    (first.unwrap_or(ids.len()), why)
                }
                Err(why) => (0, why),
            }
        }
        Outcome::Answered(_) => (ids.len(), String::new()),
        Outcome::Failed(why) => (0, why.clone()),
    };
    if handled == ids.len() && doubled {
        // The checkpoint was lost: the batch comes again.
        notice(engine, stream, number);
        return;
    }
    for _ in 0..handled {
        let Some(record) = shard(engine, stream, number).records.pop_front() else { break };
        engine.on_the_way -= 1;
        engine.tell(record.correlation, ended.run, What::Handled { letter: record.letter });
    }
    let left = ids.len() - handled;
    if left == 0 {
        let state = shard(engine, stream, number);
        (state.next, state.tries) = (None, 0);
        notice(engine, stream, number);
        return;
    }
    let why: Arc<str> = why.into();
    let state = shard(engine, stream, number);
    // What was handled in part is another batch: its tries count anew, as do those of a half.
    let halves = settings.bisects && left > 1;
    let anew = handled > 0 || halves;
    state.tries = if anew { 0 } else { state.tries + 1 };
    state.next = Some(if halves { left.div_ceil(2) } else { left });
    let tries = state.tries;
    if settings.retries.is_some_and(|most| tries > most) {
        give_up(engine, stream, number, left, ended.run, why);
        notice(engine, stream, number);
        return;
    }
    // Lambda waits longer each time, and does not say how long.
    let pause = (1_000 << tries.min(6)).min(60_000);
    let first = shard(engine, stream, number).records.front().map(|it| (it.letter, it.correlation));
    if let Some((letter, correlation)) = first {
        let at = engine.now() + pause;
        engine.tell(correlation, ended.run, What::Returned { letter, at, why });
    }
    shard(engine, stream, number).looks = true;
    engine.later(pause, move |engine| poll(engine, stream, number));
}

/// The shard goes on without its first records; their place is told to the queue for dead letters.
fn give_up(engine: &mut Engine, stream: usize, number: u64, count: usize, run: u32, why: Arc<str>) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.streams[stream];
    let state = shard(engine, stream, number);
    let records: Vec<Record> = state.records.drain(..count).collect();
    (state.next, state.tries) = (None, 0);
    engine.on_the_way -= records.len();
    let dead_letters = settings.dead_letters.as_deref().and_then(|arn| wiring.queue(arn));
    for record in &records {
        let what = match dead_letters {
            Some(queue) => {
                What::Dead { letter: record.letter, queue: queue as Number, why: why.clone() }
            }
            None => What::Lost { letter: record.letter, why: why.clone() },
        };
        engine.tell(record.correlation, run, what);
    }
    let (Some(queue), Some(first), Some(last)) = (dead_letters, records.first(), records.last())
    else {
        return;
    };
    // Where the records are, and not the records ("Retain discarded records").
    let body = json!({
        "requestContext": {
            "requestId": format!("run-{run}"),
            "functionArn": wiring.functions[settings.function].arn,
            "condition": "RetryAttemptsExhausted",
        },
        "version": "1.0",
        "timestamp": crate::time::rfc3339(engine.now()),
        "DDBStreamBatchInfo": {
            "shardId": format!("shardId-{number}"),
            "startSequenceNumber": first.id(),
            "endSequenceNumber": last.id(),
            "batchSize": records.len(),
            "streamArn": format!("{}/stream/2026-01-01T00:00:00.000", wiring.tables[settings.table].arn),
        },
    });
    let correlation = engine.log.correlations.text(first.correlation).to_owned();
    let parcel = Parcel { body: body.to_string(), correlation, ..Parcel::default() };
    let letter = engine.log.letter(Arc::new(parcel));
    let now = engine.now();
    let dead = queue::Dead { why, message: first.letter };
    queue::put(engine, queue, letter, now, 0, Some(dead));
}

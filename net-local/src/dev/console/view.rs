//! What the console shows: entities, messages, items, what happened.

use crate::{
    dev::{
        mask::Mask,
        stats::{Counted, Stat, Stats},
    },
    engine::{
        Engine,
        log::{Happening, Number, What},
    },
    service::{consumer::message_id, http_api},
    story,
};
use net_runtime::rules;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How many things that happened are looked at, from the last one back: the log may be long.
const LOOKED_AT: usize = 200_000;
/// How many messages or items are shown at once.
const SHOWN: usize = 500;

/// One entity, as it is now.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Now {
    #[serde(flatten)]
    stat: Stat,
    /// Messages that wait, are held back, and are being handled; changes that wait for readers.
    #[serde(skip_serializing_if = "is_none")]
    depth: usize,
    #[serde(skip_serializing_if = "is_none")]
    in_flight: usize,
    #[serde(skip_serializing_if = "is_none")]
    dead: usize,
    #[serde(skip_serializing_if = "is_none")]
    running: usize,
    #[serde(skip_serializing_if = "is_none")]
    waiting: usize,
    #[serde(skip_serializing_if = "is_none")]
    items: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Every entity, by name.
pub(crate) fn entities(engine: &Engine, stats: &Stats, mask: &Mask) -> BTreeMap<String, Now> {
    let wiring = &engine.wiring;
    let services = &engine.services;
    let mut all: Vec<Now> = wiring.entities.iter().map(|_| Now::default()).collect();
    for (settings, queue) in wiring.queues.iter().zip(&services.queues) {
        let now = &mut all[settings.entity];
        match settings.part {
            "queue" => {
                now.in_flight += queue.items().filter(|item| item.in_flight).count();
                now.depth += queue.items().count();
            }
            _ => now.dead += queue.items().count(),
        }
    }
    for run in services.runs.values() {
        all[wiring.functions[run.function].entity].running += 1;
    }
    for event in services.waiting.values() {
        all[wiring.functions[event.function].entity].waiting += 1;
    }
    for (settings, stream) in wiring.streams.iter().zip(&services.streams) {
        all[wiring.tables[settings.table].entity].depth += stream.records().count();
    }
    for (name, items) in services.tables.tables() {
        if let Some(table) = wiring.tables.iter().find(|table| table.name == name) {
            all[table.entity].items = items.count();
        }
    }
    let mut stats = stats.by_name(wiring);
    let named = wiring.entities.iter().zip(all).map(|(entity, now)| {
        let mut stat = stats.remove(entity.name.as_str()).unwrap_or_default();
        if let Some(error) = &mut stat.last_error {
            error.text = mask.text(&error.text);
        }
        (entity.name.to_string(), Now { stat, ..now })
    });
    named.collect()
}

/// What an entity is, and what can be done with it.
pub(crate) fn wiring(engine: &Engine) -> Value {
    let wiring = &engine.wiring;
    let mut kinds: BTreeMap<&str, Value> = BTreeMap::new();
    let mut put = |entity: usize, what: Value| {
        kinds.insert(wiring.name(entity), what);
    };
    for queue in wiring.queues.iter().filter(|queue| queue.part == "queue") {
        let redrive = queue.redrive.is_some();
        put(queue.entity, json!({ "kind": "queue", "fifo": queue.fifo, "redrive": redrive }));
    }
    for function in &wiring.functions {
        let (contract, timeout) = (&function.contract, function.timeout);
        put(
            function.entity,
            json!({ "kind": "function", "contract": contract, "timeout": timeout }),
        );
    }
    for topic in &wiring.topics {
        put(topic.entity, json!({ "kind": "topic" }));
    }
    for table in &wiring.tables {
        let keys: Vec<&str> = table.keys.iter().map(|(name, _)| name.as_str()).collect();
        put(table.entity, json!({ "kind": "table", "keys": keys }));
    }
    for schedule in &wiring.schedules {
        put(schedule.entity, json!({ "kind": "schedule" }));
    }
    for api in &wiring.apis {
        let routes: Vec<&str> = api.routes.iter().map(|route| route.key.as_str()).collect();
        put(api.entity, json!({ "kind": "api", "routes": routes }));
    }
    for service in &wiring.services {
        put(service.entity, json!({ "kind": "service" }));
    }
    let places: BTreeMap<&str, Value> = wiring
        .entities
        .iter()
        .map(|entity| {
            let place = json!({ "place": entity.place, "deadline": entity.deadline });
            (entity.name.as_str(), place)
        })
        .collect();
    json!({ "kinds": kinds, "places": places })
}

/// One thing that happened, as the console tells it.
fn step(
    engine: &Engine,
    counted: &Counted,
    at: usize,
    happening: &Happening,
    mask: &Mask,
) -> Value {
    let wiring = &engine.wiring;
    let line = story::line(engine, happening);
    // Without the time since the start, which is told by itself.
    let text = line.split_once("  ").map_or(line.as_str(), |(_, text)| text);
    let function = |number: Number| Some(story::function(wiring, number).to_owned());
    let queue = |number: Number| Some(story::entity(wiring, number).to_owned());
    let (kind, entity, letter, failed) = match &happening.what {
        What::Sent { letter, to } => ("sent", queue(*to), Some(*letter), false),
        What::Deduplicated { letter, to } => ("dropped", queue(*to), Some(*letter), false),
        What::Filtered { letter, to } => ("dropped", function(*to), Some(*letter), false),
        What::Given { letter, to, .. } => ("given", function(*to), Some(*letter), false),
        What::Handled { letter } => ("handled", None, Some(*letter), false),
        What::Returned { letter, .. } => ("returned", None, Some(*letter), true),
        What::Dead { letter, queue: to, .. } => ("dead", queue(*to), Some(*letter), true),
        What::Lost { letter, .. } => ("lost", None, Some(*letter), true),
        What::Began { function: number, .. } => ("began", function(*number), None, false),
        What::Ended { function: number, failure } => {
            ("ended", function(*number), None, failure.is_some())
        }
        What::Throttled { function: number } => ("throttled", function(*number), None, true),
        What::Said { function: number, text } => {
            ("said", function(*number), None, text.starts_with("error: "))
        }
        What::Requested { api, .. } | What::Responded { api, status: 0..500 } => {
            let entity = wiring.apis[*api as usize].entity;
            ("request", Some(wiring.name(entity).to_owned()), None, false)
        }
        What::Responded { api, .. } => {
            let entity = wiring.apis[*api as usize].entity;
            ("request", Some(wiring.name(entity).to_owned()), None, true)
        }
        What::Read { table } => (
            "read",
            Some(wiring.name(wiring.tables[*table as usize].entity).to_owned()),
            None,
            false,
        ),
        What::Wrote { table, .. } => (
            "wrote",
            Some(wiring.name(wiring.tables[*table as usize].entity).to_owned()),
            None,
            false,
        ),
        What::Fetched { bucket } => (
            "read",
            Some(wiring.name(wiring.buckets[*bucket as usize].entity).to_owned()),
            None,
            false,
        ),
        What::Stored { bucket, .. } => (
            "wrote",
            Some(wiring.name(wiring.buckets[*bucket as usize].entity).to_owned()),
            None,
            false,
        ),
        What::Streamed { table, .. } => (
            "changed",
            Some(wiring.name(wiring.tables[*table as usize].entity).to_owned()),
            None,
            false,
        ),
        What::Called { service, .. } => ("called", Some(service.to_string()), None, false),
        What::Asked { function: number } => ("asked", function(*number), None, false),
        What::Ticked { schedule } => {
            let entity = wiring.schedules[*schedule as usize].entity;
            ("ticked", Some(wiring.name(entity).to_owned()), None, false)
        }
        What::Faulted { .. } => ("fault", None, None, true),
    };
    let mut step = json!({
        "n": at,
        "at": happening.at,
        "kind": kind,
        "text": mask.text(text),
        "failed": failed,
    });
    let texts = &engine.log.correlations;
    let correlation = match (happening.correlation, counted.parts(happening.run)) {
        (0, [one, ..]) => *one,
        (correlation, _) => correlation,
    };
    if correlation != 0 {
        step["correlation"] = texts.text(correlation).into();
    }
    if happening.run != 0 {
        step["run"] = happening.run.into();
    }
    if let Some(entity) = entity {
        step["entity"] = entity.into();
    }
    if let Some(letter) = letter {
        step["message"] = message_id(letter).into();
        if matches!(kind, "sent" | "dead") {
            step["body"] = mask.text(&engine.log.of(letter).parcel.body).into();
        }
    }
    step
}

/// What happened behind a place in the log, `most` at the most: the latest, if there is more.
pub(crate) fn since(
    engine: &Engine,
    stats: &Stats,
    from: usize,
    most: usize,
    mask: &Mask,
) -> Value {
    let all = &engine.log.happenings;
    let from = from.max(all.len().saturating_sub(most)).min(all.len());
    let counted = stats.counted();
    let steps = all.iter().enumerate().skip(from);
    steps.map(|(at, it)| step(engine, &counted, at, it, mask)).collect()
}

/// What happened in a stretch of the log.
pub(crate) fn stretch(
    engine: &Engine,
    stats: &Stats,
    from: usize,
    count: usize,
    mask: &Mask,
) -> Value {
    let counted = stats.counted();
    let steps = engine.log.happenings.iter().enumerate().skip(from).take(count.min(SHOWN));
    steps.map(|(at, it)| step(engine, &counted, at, it, mask)).collect()
}

/// One path through the network: everything that one event has caused, oldest first.
pub(crate) fn path(engine: &Engine, stats: &Stats, correlation: &str, mask: &Mask) -> Value {
    let all = &engine.log.happenings;
    let counted = stats.counted();
    let texts = &engine.log.correlations;
    let (mut stories, mut runs) = (BTreeSet::new(), BTreeSet::new());
    let first = all.len().saturating_sub(LOOKED_AT);
    // Which runs have a part in it, and what those have caused under another name.
    for happening in &all[first..] {
        let (story, run) = (happening.correlation, happening.run);
        if texts.text(story) == correlation {
            stories.insert(story);
        }
        let parts = counted.parts(run);
        let has_part = stories.contains(&story) || parts.iter().any(|part| stories.contains(part));
        if run != 0 && has_part {
            runs.insert(run);
        }
        if let What::Sent { .. } | What::Wrote { .. } = happening.what
            && story != 0
            && runs.contains(&run)
            && !parts.contains(&story)
        {
            stories.insert(story);
        }
    }
    let is_part = |happening: &Happening| match happening.correlation {
        0 => runs.contains(&happening.run),
        story => stories.contains(&story),
    };
    let steps = all.iter().enumerate().skip(first).filter(|(_, happening)| is_part(happening));
    steps.map(|(at, it)| step(engine, &counted, at, it, mask)).collect()
}

/// What has begun lately, the latest first: a line for each correlation id.
pub(crate) fn paths(engine: &Engine, stats: &Stats, most: usize, mask: &Mask) -> Value {
    let all = &engine.log.happenings;
    let counted = stats.counted();
    let first = all.len().saturating_sub(LOOKED_AT / 10);
    let mut found: BTreeMap<u32, (usize, u64, u64, usize, bool)> = BTreeMap::new();
    for (at, happening) in all.iter().enumerate().skip(first) {
        let failed = match &happening.what {
            What::Ended { failure, .. } => failure.is_some(),
            What::Returned { .. } | What::Dead { .. } | What::Lost { .. } => true,
            What::Responded { status, .. } => *status >= 500,
            _ => false,
        };
        let parts = counted.parts(happening.run);
        let of = match happening.correlation {
            0 => parts,
            _ => std::slice::from_ref(&happening.correlation),
        };
        for story in of {
            let entry = found.entry(*story).or_insert((at, happening.at, 0, 0, false));
            entry.2 = happening.at;
            entry.3 += 1;
            entry.4 |= failed;
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, (at, ..))| std::cmp::Reverse(*at));
    let shown = found.into_iter().take(most).map(|(story, (at, began, ended, steps, failed))| {
        let line = story::line(engine, &all[at]);
        let text = line.split_once("  ").map_or(line.as_str(), |(_, text)| text);
        json!({
            "correlation": engine.log.correlations.text(story),
            "began": began,
            "took": ended - began,
            "steps": steps,
            "failed": failed,
            "text": mask.text(text),
        })
    });
    shown.collect()
}

/// The messages of an entity's queue, and of the one with its dead letters.
pub(crate) fn messages(engine: &Engine, name: &str, mask: &Mask) -> Value {
    let wiring = &engine.wiring;
    let (mut waiting, mut dead) = (Vec::new(), Vec::new());
    for (settings, queue) in wiring.queues.iter().zip(&engine.services.queues) {
        if wiring.name(settings.entity) != name {
            continue;
        }
        let shown = queue.items().take(SHOWN).map(|item| {
            let parcel = &engine.log.of(item.letter).parcel;
            json!({
                "message": message_id(item.letter),
                "body": mask.text(&parcel.body),
                "group": parcel.group,
                "correlation": parcel.correlation,
                "sent": item.sent,
                "receives": item.receives,
                "inFlight": item.in_flight,
                "visible": item.visible,
                "why": item.failure.as_deref().map(|why| mask.text(why)),
            })
        });
        match settings.part {
            "queue" => waiting.extend(shown),
            _ => dead.extend(shown),
        }
    }
    // What was sent lately shows what a message looks like.
    let recent =
        engine.log.happenings.iter().rev().take(LOOKED_AT).filter_map(|happening| match happening
            .what
        {
            What::Sent { letter, to } if story::entity(wiring, to) == name => Some(letter),
            _ => None,
        });
    let recent: Vec<Value> = recent
        .take(50)
        .map(|letter| {
            let parcel = &engine.log.of(letter).parcel;
            json!({
                "message": message_id(letter),
                "body": mask.text(&parcel.body),
                "group": parcel.group,
                "correlation": parcel.correlation,
            })
        })
        .collect();
    json!({ "waiting": waiting, "dead": dead, "recent": recent })
}

/// The items of a table, in order of key.
pub(crate) fn items(engine: &Engine, name: &str, mask: &Mask) -> Value {
    let wiring = &engine.wiring;
    let Some(table) = wiring.tables.iter().find(|table| wiring.name(table.entity) == name) else {
        return json!({ "items": [] });
    };
    let found = engine.services.tables.tables().find(|(known, _)| *known == table.name);
    let items: Vec<Value> = found
        .into_iter()
        .flat_map(|(_, items)| items)
        .take(SHOWN)
        .map(|item| masked(rules::json(item.clone()), mask))
        .collect();
    let keys: Vec<Value> =
        table.keys.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
    json!({ "keys": keys, "items": items })
}

fn masked(value: Value, mask: &Mask) -> Value {
    match value {
        Value::String(text) => mask.text(&text).into(),
        Value::Array(list) => list.into_iter().map(|value| masked(value, mask)).collect(),
        Value::Object(map) => {
            map.into_iter().map(|(name, value)| (name, masked(value, mask))).collect()
        }
        other => other,
    }
}

/// An answer to a request that the console has made.
pub(crate) fn response(response: &net_dsl::HttpResponse, mask: &Mask) -> Value {
    let body = String::from_utf8_lossy(response.body.as_bytes());
    json!({
        "status": response.status,
        "headers": response.headers,
        "body": mask.text(&body),
    })
}

/// A request that the console makes.
#[derive(serde::Deserialize)]
pub(crate) struct Asked {
    pub(crate) api: String,
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

impl Asked {
    pub(crate) fn request(self) -> http_api::Request {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let headers = self.headers.into_iter().collect();
        http_api::Request { method: self.method, path, query, headers, body: self.body.into() }
    }
}

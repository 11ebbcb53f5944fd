//! What outlives an engine: items, messages, events, changes; kept in a file, and handed to the next engine.
//!
//! A network may have changed meanwhile. What it has no place for is kept as it is, and is there again when
//! the place is.

use super::schema;
use crate::{
    engine::{Engine, log::Number},
    service::{bucket, function::Event, queue, stream, table},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use net_runtime::{Attributes, ObjectBody, Parcel};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Everything that is kept. Places are known by their ARNs, tables by their names.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Saved {
    counters: Counters,
    letters: BTreeMap<Number, Letter>,
    tables: BTreeMap<String, Vec<Attributes>>,
    queues: BTreeMap<String, Messages>,
    buckets: BTreeMap<String, Vec<Object>>,
    events: Vec<Waiting>,
    streams: Vec<Changes>,
}

/// An object of a bucket; its bytes in base64.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Object {
    key: String,
    bytes: String,
    content_type: Option<String>,
}

/// What is counted on from, so that ids are never given twice.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Counters {
    letters: Number,
    runs: u32,
    changes: u64,
    requests: u32,
    ticks: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Letter {
    body: String,
    group: Option<String>,
    deadline: Option<u64>,
    delay: u16,
    correlation: String,
    id: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Messages {
    last: u64,
    seen: HashMap<String, u64>,
    items: Vec<Message>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Message {
    place: u64,
    letter: Number,
    sent: u64,
    receives: u32,
    first_received: u64,
    visible: u64,
    in_flight: bool,
    failure: Option<String>,
    message: Number,
    group: String,
}

/// An event that a function has not handled yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    function: String,
    letter: Option<Number>,
    payload: String,
    correlation: String,
    began: u64,
    tries: usize,
}

/// Changes of a table that a reader has not handled yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Changes {
    table: String,
    function: String,
    records: Vec<Change>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Change {
    shard: u64,
    sequence: u64,
    at: u64,
    letter: Number,
    event: Value,
}

impl Saved {
    /// What an engine holds, and what an earlier one held that it has no place for.
    pub(crate) fn of(engine: &Engine, homeless: &Saved) -> Saved {
        let wiring = engine.wiring.clone();
        let services = &engine.services;
        let mut saved = homeless.clone();
        saved.counters = Counters {
            letters: engine.log.next(),
            runs: services.last_run,
            changes: services.last_change,
            requests: services.last_request,
            ticks: services.last_tick,
        };
        for (name, items) in services.tables.tables() {
            saved.tables.entry(name.to_owned()).or_default().extend(items.cloned());
        }
        for bucket in &wiring.buckets {
            let objects = services.objects.all(&bucket.name).into_iter().map(|(key, body)| {
                let ObjectBody { bytes, content_type } = body;
                Object { key, bytes: STANDARD.encode(bytes), content_type }
            });
            saved.buckets.insert(bucket.name.clone(), objects.collect());
        }
        let mut letters = BTreeSet::new();
        for (settings, queue) in wiring.queues.iter().zip(&services.queues) {
            let items = queue.items.iter().map(|(place, item)| {
                letters.extend([item.letter, item.message]);
                Message {
                    place: *place,
                    letter: item.letter,
                    sent: item.sent,
                    receives: item.receives,
                    first_received: item.first_received,
                    visible: item.visible,
                    in_flight: item.in_flight,
                    failure: item.failure.as_deref().map(str::to_owned),
                    message: item.message,
                    group: item.group.to_string(),
                }
            });
            let items = items.collect();
            let now = engine.now();
            let seen = queue.seen.iter().filter(|(_, until)| **until > now);
            let seen = seen.map(|(id, until)| (id.clone(), *until)).collect();
            saved.queues.insert(settings.arn.clone(), Messages { last: queue.last, seen, items });
        }
        for event in services.waiting.values() {
            letters.extend(event.letter);
            saved.events.push(Waiting {
                function: wiring.functions[event.function].arn.clone(),
                letter: event.letter,
                payload: event.payload.to_string(),
                correlation: engine.log.correlations.text(event.correlation).to_owned(),
                began: event.began,
                tries: event.tries,
            });
        }
        for (settings, stream) in wiring.streams.iter().zip(&services.streams) {
            let records = stream.records().map(|record| {
                letters.insert(record.letter);
                Change {
                    shard: record.shard,
                    sequence: record.sequence,
                    at: record.at,
                    letter: record.letter,
                    event: (*record.event).clone(),
                }
            });
            saved.streams.push(Changes {
                table: wiring.tables[settings.table].arn.clone(),
                function: wiring.functions[settings.function].arn.clone(),
                records: records.collect(),
            });
        }
        for number in letters {
            let Parcel { body, group, deadline, delay, correlation, id } =
                (*engine.log.of(number).parcel).clone();
            let letter = Letter { body, group, deadline, delay, correlation, id };
            saved.letters.insert(number, letter);
        }
        saved
    }

    /// Hands everything to an engine that has just been made; what it has no place for comes back.
    pub(crate) fn hand_over(self, engine: &mut Engine) -> Saved {
        let Saved { counters, letters, tables, queues, buckets, events, streams } = self;
        let mut homeless = Saved { letters: letters.clone(), ..Saved::default() };
        engine.log.go_on(
            counters.letters,
            letters.into_iter().map(|(number, letter)| {
                let Letter { body, group, deadline, delay, correlation, id } = letter;
                let parcel = Parcel { body, group, deadline, delay, correlation, id };
                (number, Arc::new(parcel))
            }),
        );
        let services = &mut engine.services;
        services.last_run = counters.runs;
        services.last_change = counters.changes;
        services.last_request = counters.requests;
        services.last_tick = counters.ticks;
        for (name, items) in tables {
            hand_over_items(engine, name, items, &mut homeless);
        }
        for (bucket, objects) in buckets {
            if !engine.wiring.buckets.iter().any(|known| known.name == bucket) {
                homeless.buckets.insert(bucket, objects);
                continue;
            }
            for Object { key, bytes, content_type } in objects {
                let bytes = STANDARD.decode(bytes).unwrap_or_default();
                // It was taken before.
                let _ = bucket::restore(engine, &bucket, &key, ObjectBody { bytes, content_type });
            }
        }
        for (arn, messages) in queues {
            match engine.wiring.queue(&arn) {
                Some(number) => hand_over_messages(engine, number, messages),
                None => {
                    homeless.queues.insert(arn, messages);
                }
            }
        }
        for waiting in events {
            let Some(function) = engine.wiring.function(&waiting.function) else {
                homeless.events.push(waiting);
                continue;
            };
            let correlation = number(engine, &waiting.correlation);
            let Waiting { letter, payload, began, tries, .. } = waiting;
            let payload = payload.into();
            let event =
                Event { function, letter, payload, correlation, began, tries, pause: 1_000 };
            crate::service::function::keep(engine, event, 0);
        }
        for changes in streams {
            let wiring = engine.wiring.clone();
            let found = wiring.streams.iter().position(|stream| {
                wiring.tables[stream.table].arn == changes.table
                    && wiring.functions[stream.function].arn == changes.function
            });
            let Some(found) = found else {
                homeless.streams.push(changes);
                continue;
            };
            for Change { shard, sequence, at, letter, event } in changes.records {
                let correlation = engine.log.of(letter).correlation;
                let event = Arc::new(event);
                let record = stream::Record { shard, sequence, at, letter, correlation, event };
                stream::restore(engine, found, record);
            }
        }
        homeless.keep_needed_letters();
        homeless
    }

    fn keep_needed_letters(&mut self) {
        let mut needed = BTreeSet::new();
        for message in self.queues.values().flat_map(|messages| &messages.items) {
            needed.extend([message.letter, message.message]);
        }
        needed.extend(self.events.iter().filter_map(|waiting| waiting.letter));
        let records = self.streams.iter().flat_map(|changes| &changes.records);
        needed.extend(records.map(|change| change.letter));
        self.letters.retain(|number, _| needed.contains(number));
    }

    /// Reads a file; nothing, if there is none.
    ///
    /// # Errors
    /// An error of the system, or that the file is none of these.
    pub(crate) fn read(file: &Path) -> io::Result<Saved> {
        match fs::read(file) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Saved::default()),
            Err(error) => Err(error),
        }
    }
}

/// The file of what is kept: whoever saw more writes last, whatever threads do.
pub(crate) struct Keeper {
    file: PathBuf,
    turns: AtomicU64,
    written: Mutex<u64>,
}

impl Keeper {
    pub(crate) fn new(file: PathBuf) -> Keeper {
        Keeper { file, turns: AtomicU64::new(1), written: Mutex::new(0) }
    }

    /// A number that is taken before one looks at what is to be kept.
    pub(crate) fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// Writes what was seen in a turn, whole or not at all; nothing, if a later turn is written.
    ///
    /// # Errors
    /// An error of the system.
    pub(crate) fn write(&self, turn: u64, saved: &Saved) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if *written > turn {
            return Ok(());
        }
        let beside = self.file.with_extension("new");
        fs::write(&beside, serde_json::to_vec(saved)?)?;
        fs::rename(&beside, &self.file)?;
        *written = turn;
        Ok(())
    }
}

fn number(engine: &mut Engine, correlation: &str) -> u32 {
    if correlation.is_empty() { 0 } else { engine.log.correlations.number(correlation) }
}

fn hand_over_items(
    engine: &mut Engine,
    name: String,
    items: Vec<Attributes>,
    homeless: &mut Saved,
) {
    let wiring = engine.wiring.clone();
    let found = wiring.tables.iter().position(|table| table.name == name);
    let schema = found.and_then(|found| schema(&wiring.tables[found].keys));
    let (Some(found), Some(schema)) = (found, schema) else {
        homeless.tables.insert(name, items);
        return;
    };
    for item in items {
        // An item with other keys than the table has now waits for the table to have them again.
        if table::restore(engine, found, schema, item.clone()).is_err() {
            homeless.tables.entry(name.clone()).or_default().push(item);
        }
    }
}

fn hand_over_messages(engine: &mut Engine, number: usize, messages: Messages) {
    let state = &mut engine.services.queues[number];
    state.last = messages.last;
    state.seen = messages.seen;
    for message in messages.items {
        let item = queue::Item {
            letter: message.letter,
            sent: message.sent,
            receives: message.receives,
            first_received: message.first_received,
            visible: message.visible,
            in_flight: message.in_flight,
            failure: message.failure.map(Into::into),
            message: message.message,
            group: message.group.into(),
        };
        queue::restore(engine, number, message.place, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dev::fixture::{engine, kitchen, queue},
        service::{consumer::message_id, function},
    };
    use net_runtime::AttributeValue;

    fn parcel(id: &str) -> Arc<Parcel> {
        let body = format!("{{\"id\":\"{id}\"}}");
        Arc::new(Parcel { body, correlation: format!("request-{id}"), ..Parcel::default() })
    }

    fn ticket(order: &str) -> Attributes {
        [("order".to_owned(), AttributeValue::S(order.to_owned()))].into()
    }

    /// The messages of a queue: ids and bodies.
    fn messages(engine: &Engine, name: &str) -> Vec<(String, String)> {
        let items = engine.services.queues[queue(engine, name, "queue")].items();
        let shown = items
            .map(|item| (message_id(item.letter), engine.log.of(item.letter).parcel.body.clone()));
        shown.collect()
    }

    #[tokio::test]
    async fn what_an_engine_holds_the_next_one_goes_on_with() {
        let first = engine(&kitchen(true));
        let saved = first.with(|engine| {
            let orders = queue(engine, "orders", "queue");
            crate::service::queue::send(engine, orders, &parcel("1"), 0);
            crate::service::queue::send(engine, orders, &parcel("2"), 0);
            let places: Vec<u64> = engine.services.queues[orders].items.keys().copied().collect();
            crate::service::queue::delete(engine, orders, places[0], 0);
            function::send(engine, 0, &parcel("3"), 0);
            table::restore(
                engine,
                0,
                schema(&engine.wiring.tables[0].keys.clone()).expect("keys"),
                ticket("t-1"),
            )
            .expect("an item");
            Saved::of(engine, &Saved::default())
        });
        // As it is in a file.
        let saved: Saved =
            serde_json::from_str(&serde_json::to_string(&saved).expect("JSON")).expect("the same");

        // A network without the queue keeps its messages for one that has it again.
        let second = engine(&kitchen(false));
        let saved = second.with(|engine| {
            let homeless = saved.hand_over(engine);
            assert_eq!(engine.services.waiting.len(), 1, "an event waits for its function");
            Saved::of(engine, &homeless)
        });
        let third = engine(&kitchen(true));
        third.with(|engine| {
            let homeless = saved.hand_over(engine);
            assert!(homeless.queues.is_empty());
            let known = vec![("message-2".to_owned(), "{\"id\":\"2\"}".to_owned())];
            assert_eq!(messages(engine, "orders"), known, "under the id that it had");
            let correlation = engine.log.of(1).correlation;
            assert_eq!(engine.log.correlations.text(correlation), "request-2");
            assert_eq!(engine.log.next(), 3, "no id is given twice");
            assert_eq!(engine.services.waiting.len(), 1);
            let (_, items) = engine.services.tables.tables().next().expect("a table");
            assert_eq!(items.cloned().collect::<Vec<_>>(), [ticket("t-1")]);
            assert!(!engine.is_settled(), "it is on its way");
        });
        for shared in [first, second, third] {
            shared.end();
        }
    }

    #[test]
    fn an_earlier_look_is_not_written_over_a_later_one() {
        let folder = std::env::temp_dir().join(format!("net-local-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let keeper = Keeper::new(folder.join("data.json"));
        let (early, late) = (keeper.turn(), keeper.turn());
        let counted = |runs| {
            let counters = Counters { runs, ..Counters::default() };
            Saved { counters, ..Saved::default() }
        };
        keeper.write(late, &counted(2)).expect("written");
        keeper.write(early, &counted(1)).expect("passed over");
        let read = Saved::read(&folder.join("data.json")).expect("a file");
        assert_eq!(read.counters.runs, 2);
        assert_eq!(Saved::read(&folder.join("none")).expect("nothing").counters.runs, 0);
        fs::remove_dir_all(&folder).expect("the folder");
    }
}

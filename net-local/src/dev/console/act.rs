//! What the console does: messages sent, requests made, schedules started, items changed, time stopped.

use super::view::{self, Asked};
use crate::{
    dev::{
        Current, api,
        mask::Mask,
        schema,
        stats::{Input, Stats},
    },
    engine::{Engine, log::What},
    service::{consumer::message_id, function, queue, schedule, table, topic},
};
use net_runtime::{Act, Condition, Parcel, Write, rules};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Something that is to be done.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
pub(crate) enum Deed {
    /// Sends a message to a queue, a topic or a function.
    Send { to: String, body: String, group: Option<String> },
    /// Sends a message again, to where it was sent, as it was.
    Replay { message: String },
    /// Invokes a function, and waits for its answer.
    Invoke { function: String, event: Value },
    /// Sends an HTTP API a request, and waits for its answer.
    Request(Asked),
    /// Has a schedule tick now.
    Tick { schedule: String },
    /// Sends the dead letters of a queue back to it.
    Redrive { queue: String },
    /// Stores an item.
    Put { table: String, item: Value },
    /// Deletes an item.
    Delete { table: String, item: Value },
    /// Lets time go so many times as fast; 0 stops it.
    Speed { times: u64 },
    /// Does what is due next.
    Step,
}

/// The fastest that time goes: a day takes some seconds.
const FASTEST: u64 = 10_000;

/// Does it; what came of it.
///
/// # Errors
/// Why it cannot be done.
pub(crate) async fn act(
    deed: Deed,
    current: &Current,
    stats: &Stats,
    mask: &Mask,
) -> Result<Value, String> {
    let shared = current.engine().await;
    match deed {
        Deed::Send { to, body, group } => {
            whole(&body)?;
            let sent = shared.with(|engine| send(engine, &to, &body, group.clone()))?;
            stats.remember(Input::Message { to, body, group });
            Ok(sent)
        }
        Deed::Replay { message } => shared.with(|engine| replay(engine, &message)),
        Deed::Invoke { function, event } => {
            let (tell, told) = oneshot::channel();
            shared.with(|engine| {
                let found = position(engine, &function, |wiring| {
                    wiring.functions.iter().map(|it| it.entity).collect()
                })?;
                // Who does not wait any more has gone.
                let done: function::Done = Box::new(move |_, ended| drop(tell.send(ended.outcome)));
                let started = function::start(engine, found, event.to_string(), done);
                let run = started.map_err(|_| "too many runs are at work".to_owned())?;
                let correlation = engine.log.correlations.number(&format!("console-{run}"));
                function::is_part_of(engine, run, correlation);
                Ok::<_, String>(())
            })?;
            match told.await.map_err(|_| "the function is gone".to_owned())? {
                function::Outcome::Answered(answer) => Ok(json!({ "answer": answer })),
                function::Outcome::Failed(why) => Err(mask.text(&why)),
            }
        }
        Deed::Request(asked) => {
            let api = asked.api.clone();
            let request = asked.request();
            stats.remember(Input::of_request(&api, &request));
            let response = api::ask(current, &api, request).await;
            let response = response.ok_or_else(|| format!("there is no API `{api}`"))?;
            Ok(view::response(&response, mask))
        }
        Deed::Tick { schedule } => {
            shared.with(|engine| {
                let wiring = engine.wiring.clone();
                let mut found = false;
                for (number, settings) in wiring.schedules.iter().enumerate() {
                    if wiring.name(settings.entity) == schedule {
                        let now = engine.now();
                        schedule::tick(engine, number, now);
                        found = true;
                    }
                }
                if found { Ok(()) } else { Err(format!("there is no schedule `{schedule}`")) }
            })?;
            stats.remember(Input::Tick { schedule });
            Ok(json!({}))
        }
        Deed::Redrive { queue } => shared.with(|engine| {
            let wiring = engine.wiring.clone();
            let find = |part: &str| {
                wiring
                    .queues
                    .iter()
                    .position(|it| wiring.name(it.entity) == queue && it.part == part)
            };
            match (find("dead-letter-queue"), find("queue")) {
                (Some(from), Some(to)) => Ok(json!({ "count": queue::redrive(engine, from, to) })),
                _ => Err(format!("`{queue}` is no queue with a dead-letter queue")),
            }
        }),
        Deed::Put { table, item } => {
            whole(&item.to_string())?;
            let put = shared.with(|engine| write(engine, &table, &item, false))?;
            stats.remember(Input::Item { table, json: item.to_string() });
            Ok(put)
        }
        Deed::Delete { table, item } => shared.with(|engine| write(engine, &table, &item, true)),
        Deed::Speed { times } => {
            shared.with(|engine| engine.set_speed(times.min(FASTEST)));
            Ok(json!({}))
        }
        Deed::Step => Ok(json!({ "more": shared.with(Engine::step) })),
    }
}

/// Whether a text has nothing in it that was hidden when it was shown.
fn whole(text: &str) -> Result<(), String> {
    match text.contains(crate::dev::mask::MASK) {
        true => Err("it has a secret in it that is shown as •••, and so cannot be sent".to_owned()),
        false => Ok(()),
    }
}

fn position(
    engine: &Engine,
    name: &str,
    entities: impl Fn(&crate::engine::wiring::Wiring) -> Vec<usize>,
) -> Result<usize, String> {
    let wiring = &engine.wiring;
    let found = entities(wiring).into_iter().position(|entity| wiring.name(entity) == name);
    found.ok_or_else(|| format!("the network has no such `{name}`"))
}

fn send(engine: &mut Engine, to: &str, body: &str, group: Option<String>) -> Result<Value, String> {
    serde_json::from_str::<Value>(body).map_err(|error| format!("a message is JSON: {error}"))?;
    let wiring = engine.wiring.clone();
    let letter = engine.log.next();
    let budget = wiring.entity(to).and_then(|entity| wiring.entities[entity].deadline);
    let parcel = Arc::new(Parcel {
        body: body.to_owned(),
        group: group.filter(|group| !group.is_empty()),
        deadline: budget.map(|budget| engine.now() + budget),
        delay: 0,
        correlation: message_id(letter),
        id: format!("console-{letter}"),
    });
    let is_it = |entity: usize| wiring.name(entity) == to;
    let queue = wiring.queues.iter().position(|it| is_it(it.entity) && it.part == "queue");
    let topic = wiring.topics.iter().position(|it| is_it(it.entity));
    let function = wiring.functions.iter().position(|it| is_it(it.entity));
    match (queue, topic, function) {
        (Some(queue), ..) => queue::send(engine, queue, &parcel, 0),
        (_, Some(topic), _) => topic::publish(engine, topic, &parcel, 0),
        (.., Some(function)) => function::send(engine, function, &parcel, 0),
        (None, None, None) => return Err(format!("`{to}` takes no messages")),
    }
    Ok(json!({ "correlation": parcel.correlation }))
}

/// A message again, to where it was sent first.
fn replay(engine: &mut Engine, message: &str) -> Result<Value, String> {
    let found = engine.log.happenings.iter().rev().find_map(|happening| match happening.what {
        What::Sent { letter, to } if message_id(letter) == message => Some((letter, to)),
        _ => None,
    });
    let (letter, to) = found.ok_or("it was sent before the log began")?;
    let parcel = engine.log.of(letter).parcel.clone();
    let to = crate::story::entity(&engine.wiring, to).to_owned();
    send(engine, &to, &parcel.body, parcel.group.clone())
}

/// Stores or deletes an item, by the table's keys.
fn write(engine: &mut Engine, name: &str, item: &Value, delete: bool) -> Result<Value, String> {
    let number =
        position(engine, name, |wiring| wiring.tables.iter().map(|table| table.entity).collect())?;
    let wiring = engine.wiring.clone();
    let settings = &wiring.tables[number];
    let schema = schema(&settings.keys).ok_or("the table's keys are not known")?;
    let mut item = rules::attributes(item, "item").map_err(|failure| failure.to_string())?;
    let act = match delete {
        false => Act::Put { item },
        true => {
            item.retain(|name, _| settings.keys.iter().any(|(key, _)| key == name));
            Act::Delete { keys: item, hand: None }
        }
    };
    let write = Write { act, condition: Condition::Always };
    let correlation = format!("change-{}", engine.services.last_change + 1);
    let correlation = engine.log.correlations.number(&correlation);
    table::write(engine, &settings.name, schema, write, correlation, 0)
        .map_err(|failure| failure.to_string())?;
    Ok(json!({}))
}

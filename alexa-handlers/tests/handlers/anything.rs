//! Whatever arrives is answered as Alexa takes it, or reported as failed, and nothing is answered twice.

use crate::support::*;
use alexa_doubles::{Pace, schema};
use alexa_handlers::{
    Dispatcher, Entrypoint, Poller, Receiver, Requester, Responder, SyncProcessor, acme,
};
use alexa_patterns::{contract, message::Region};
use net_dsl::Contract;
use net_runtime::{BoxError, Handler, Parcel};
use proptest::{prelude::*, sample::Index};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "Alexa",
        "Alexa.PowerController",
        "TurnOn",
        "ReportState",
        "Discover",
        "3",
        "lamp",
        "ann",
        "BearerToken",
        "aws:sqs",
        "2.0",
        "{}",
        "SENT",
        "ON",
    ];
    let keys = [
        "directive",
        "header",
        "endpoint",
        "payload",
        "scope",
        "namespace",
        "name",
        "messageId",
        "Records",
        "body",
        "event",
        "user",
        "state",
        "request",
        "command",
        "target",
        "message",
        "$net",
        "version",
        "requestContext",
        "http",
        "eventSource",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let key = proptest::sample::select(keys.to_vec());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6).prop_map(|entries| {
                let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value));
                entries.collect::<serde_json::Map<_, _>>().into()
            }),
        ]
    })
}

/// A change to one place of a message.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, Value),
    Remove(Index),
    Add(Index, Value),
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<Index>(), any_json()).prop_map(|(at, value)| Mutation::Replace(at, value)),
        any::<Index>().prop_map(Mutation::Remove),
        (any::<Index>(), any_json()).prop_map(|(at, value)| Mutation::Add(at, value)),
    ]
}

fn paths(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            paths(value, format!("{at}/{name}"), all);
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(number, value)| paths(value, format!("{at}/{number}"), all)),
        _ => {}
    }
    all.push(at);
}

fn mutate(message: &mut Value, mutation: &Mutation) {
    let mut all = Vec::new();
    paths(message, String::new(), &mut all);
    let (Mutation::Replace(at, _) | Mutation::Remove(at) | Mutation::Add(at, _)) = mutation;
    let path = at.get(&all).clone();
    let Some(found) = message.pointer_mut(&path) else { return };
    match mutation {
        Mutation::Replace(_, value) => *found = value.clone(),
        Mutation::Add(_, value) => match found {
            Value::Object(fields) => {
                fields.insert("more".to_owned(), value.clone());
            }
            Value::Array(items) => items.push(value.clone()),
            _ => {}
        },
        Mutation::Remove(_) => {
            let Some((parent, name)) = path.rsplit_once('/') else { return };
            match message.pointer_mut(parent) {
                Some(Value::Object(fields)) => {
                    fields.remove(name);
                }
                Some(Value::Array(items)) => {
                    if let Ok(number) = name.parse::<usize>()
                        && number < items.len()
                    {
                        items.remove(number);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The messages that every function takes, as they are when all is well.
fn samples(world: &World) -> Vec<Value> {
    let now = world.now();
    let target =
        json!({ "endpoint": "lamp", "token": TOKEN, "correlation": format!("{CORRELATION}-m-1") });
    let command = json!({ "namespace": "Alexa.PowerController", "name": "TurnOn", "payload": {} });
    let deferred = json!({ "message_id": "m-1", "target": target, "command": command, "user": "ann", "customer": "l-1" });
    let state = json!([{
        "namespace": "Alexa.PowerController", "name": "powerState", "value": "ON",
        "timeOfSample": "2017-09-27T18:30:30.45Z", "uncertaintyInMilliseconds": 0,
    }]);
    let change = json!({
        "user": "ann", "endpoint": "lamp", "request": "r-1", "changed": state,
        "cause": "PHYSICAL_INTERACTION",
    });
    let header = json!({
        "namespace": "Alexa", "name": "Response", "payloadVersion": "3", "messageId": "1",
        "correlationToken": format!("{CORRELATION}-m-1"),
    });
    let event = json!({
        "context": { "properties": state },
        "event": { "header": header, "endpoint": { "endpointId": "lamp" }, "payload": {} },
    });
    let asked = json!({ "customer": "l-1", "command": command });
    let answer = json!({ "event": event, "user": "ann", "asked": asked });
    let parcel = |body: &Value| Parcel {
        body: body.to_string(),
        deadline: Some(now + 900),
        correlation: "c".to_owned(),
        ..Parcel::default()
    };
    let push = world.acme.push_of("ann", "lamp", Some("r-1")).to_string();
    let mut range =
        directive("blind", "Alexa.RangeController", "SetRangeValue", json!({ "rangeValue": 4 }));
    range["directive"]["header"]["instance"] = "lift".into();
    let pin = json!({ "authorization": { "type": "FOUR_DIGIT_PIN", "value": "1234" } });
    let offer = json!({ "sessionId": "s", "offer": { "format": "SDP", "value": "v=0" } });
    vec![
        turn_on(),
        directive(
            "hall",
            "Alexa.ThermostatController",
            "SetTargetTemperature",
            json!({ "targetSetpoint": { "value": 20.5, "scale": "CELSIUS" } }),
        ),
        directive("lamp", "Alexa", "ReportState", json!({})),
        range,
        directive("radio", "Alexa.Speaker", "SetVolume", json!({ "volume": 20 })),
        directive("night", "Alexa.SceneController", "Activate", json!({})),
        directive("alarm", "Alexa.SecurityPanelController", "Disarm", pin),
        directive("tv", "Alexa.InputController", "SelectInput", json!({ "input": "TV" })),
        directive("tv", "Alexa.ChannelController", "SkipChannels", json!({ "channelCount": 1 })),
        directive("eye", "Alexa.RTCSessionController", "InitiateSessionWithOffer", offer),
        discover(),
        accept_grant(&world.login.code("ann")),
        queued(&[parcel(&deferred), parcel(&deferred)]),
        queued(&[parcel(&change), parcel(&change)]),
        queued(&[parcel(&answer)]),
        http(&push, &world.acme.signature(&push)),
        json!({ "scheduled_at": "2026-07-01T07:00:00Z" }),
        // The body of a queue's message, and not what is around it.
        deferred,
        change,
        answer,
    ]
}

fn wrapped(message: Value, world: &World) -> Value {
    let inner = ["message_id", "endpoint", "event"];
    if inner.iter().any(|name| message.get(*name).is_some()) && message.get("directive").is_none() {
        let deadline = Some(world.now() + 900);
        queued(&[Parcel { body: message.to_string(), deadline, ..Parcel::default() }])
    } else {
        message
    }
}

async fn run<C>(world: &World, handler: impl Handler<C>, event: &Value) -> Result<Value, BoxError>
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
{
    let done = world.runtime::<C>().invoke(&handler, event.clone()).await;
    if let Err(error) = &done {
        assert!(!error.to_string().contains("panicked"), "{error} on {event:#}");
    }
    assert!(!world.log().contains("panicked"), "{} on {event:#}", world.log());
    done
}

/// Hands an event to every function, and what they send to those that take it.
async fn to_everybody(event: &Value) {
    let world = World::granted().await;
    world.acme.set_pace(Pace::WhenTold);
    let entrypoint = Entrypoint::new(acme::Acme, Region::Europe);
    if let Ok(answer) = run::<contract::Entrypoint>(&world, entrypoint, event).await {
        let lists = answer["batchItemFailures"].is_array() || answer["statusCode"].is_u64();
        if !lists && !answer.is_null() {
            let checked = schema::synchronous(&answer);
            assert!(checked.is_ok(), "{checked:?}: {answer:#} to {event:#}");
        }
    }
    let _ = run::<contract::Requester>(&world, Requester::new(acme::Acme), event).await;
    let _ = run::<contract::Requester>(&world, Requester::new(acme::Acme), event).await;
    let _ = run::<contract::Responder>(&world, Responder, event).await;
    let _ = run::<contract::Receiver>(&world, Receiver::new(acme::Acme), event).await;
    let _ = run::<contract::Poller>(&world, Poller::new(acme::Acme), event).await;
    world.acme.carry_out().await;
    world.poll().await;
    let deferred = world.take(DEFERRED);
    world.request(&deferred).await;
    world.acme.carry_out().await;
    world.poll().await;
    let mut changes = world.take(CHANGES);
    changes.extend(changes.clone());
    assert!(world.respond(&changes).await.is_empty());
    once(&world.answers(), event);

    let _ = run::<contract::Dispatcher>(&world, Dispatcher, event).await;
    for taken in world.gateway.taken() {
        let checked = schema::proactive(&taken.event);
        assert!(checked.is_ok(), "{checked:?} on {event:#}");
    }
}

/// The sync processor remembers nothing: what is delivered once is answered once.
async fn to_the_sync_processor(event: &Value) {
    let world = World::granted().await;
    let mut event = event.clone();
    if let Some(records) = event.get_mut("Records").and_then(Value::as_array_mut) {
        records.truncate(1);
    }
    let processor = SyncProcessor::new(acme::Acme);
    let _ = run::<contract::SyncProcessor>(&world, processor, &event).await;
    once(&world.answers(), &event);
    assert!(world.acme.acts().len() <= 1);
}

fn once(answers: &[Value], event: &Value) {
    let mut known = BTreeMap::new();
    for answer in answers {
        if let Some(correlation) = answer["event"]["header"]["correlationToken"].as_str() {
            *known.entry(correlation).or_insert(0) += 1;
        }
    }
    assert!(known.values().all(|count| *count == 1), "{known:?} on {event:#}");
}

fn on_tokio(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("tokio").block_on(work);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_json_is_answered_or_refused(event in any_json()) {
        on_tokio(async {
            to_everybody(&event).await;
            to_the_sync_processor(&event).await;
        });
    }

    #[test]
    fn any_directive_is_answered(inner in any_json(), outer in any_json()) {
        on_tokio(async {
            let world = World::granted().await;
            for event in [json!({ "directive": inner }), json!({ "directive": { "header": inner, "payload": outer } })] {
                world.ask(event).await;
            }
        });
    }

    #[test]
    fn a_message_changed_anywhere_is_answered_or_refused(
        number in 0_usize..13,
        mutations in prop::collection::vec(any_mutation(), 0..3),
    ) {
        on_tokio(async {
            let world = World::granted().await;
            let mut event = samples(&world).remove(number);
            for mutation in &mutations {
                mutate(&mut event, mutation);
            }
            let event = wrapped(event, &world);
            drop(world);
            to_everybody(&event).await;
            to_the_sync_processor(&event).await;
        });
    }
}

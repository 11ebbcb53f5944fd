//! Events of buses: what a rule hands over is the message, and what code sends is an event.

use crate::support::{Lamp, Order, QUEUE, Switch};
use net_runtime::{BoxError, Context, Handler, Memory, Runtime};
use serde_json::{Value, json};

/// Sends what it is told to, without a group or with one.
struct Switches;

impl Handler<Lamp> for Switches {
    async fn handle(&self, order: Order, context: &Context<Lamp>) -> Result<(), BoxError> {
        Ok(context.send(&Switch { to: order.does }).await?)
    }
}

/// An event as a rule hands it over ("Amazon EventBridge events").
fn event(id: &str, replay: Option<&str>) -> Value {
    let mut event = json!({
        "version": "0",
        "id": id,
        "detail-type": "Order",
        "source": "my.home",
        "account": "000000000000",
        "time": "2026-11-25T14:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": { "does": "on" },
    });
    if let Some(replay) = replay {
        event["replay-name"] = replay.into();
    }
    event
}

async fn handled(to: &str, events: &[Value]) -> Result<Memory, BoxError> {
    let memory = Memory::new();
    for event in events {
        let runtime = Runtime::<Lamp>::new(memory.clone(), [("NET_SENDS_SWITCH", to)])?;
        runtime.invoke(&Switches, event.clone()).await?;
    }
    Ok(memory)
}

#[tokio::test]
async fn a_rule_hands_over_the_message_and_a_replay_is_another_event() {
    let again = [event("1", None), event("1", None), event("1", Some("spring")), event("2", None)];
    let memory = handled(QUEUE, &again).await.expect("all are handled");
    let ids: Vec<String> = memory.parcels(QUEUE).into_iter().map(|parcel| parcel.id).collect();
    let [first, same, replayed, other] = <[String; 4]>::try_from(ids).expect("four");
    assert_eq!(first, same, "what is handed over twice is one");
    assert!(replayed != first && other != first && other != replayed);
}

#[tokio::test]
async fn what_is_sent_to_a_bus_is_an_event_of_its_source_and_type() {
    let bus = "events:home|my.home|Switch";
    let memory = handled(bus, &[event("1", None)]).await.expect("it is sent");
    let [parcel] = memory.parcels(bus).try_into().expect("one");
    assert_eq!(parcel.body, r#"{"to":"on"}"#);
    for (bus, why) in [
        ("events:home|aws.home|Switch", "NotAuthorizedForSourceException"),
        ("events:home", "is not the name of a bus"),
    ] {
        let failed = handled(bus, &[event("1", None)]).await.map(|_| ());
        let failed = failed.expect_err("it is refused").to_string();
        assert!(failed.contains(why), "{failed}");
    }
}

//! The poller: an API that has to be asked again.

use crate::{entrypoint::every_command, support::*, sync_processor::deferred};
use alexa_doubles::{Device, Pace, Trouble};
use serde_json::{Value, json};

async fn world() -> World {
    let world = World::granted().await;
    world.acme.set_pace(Pace::WhenTold);
    world
}

/// The requests whose state the poller has handed on.
fn seen(world: &World) -> Vec<Value> {
    let changes = world.take(CHANGES).into_iter();
    changes.map(|change| serde_json::from_str::<Value>(&change.body).expect("JSON")).collect()
}

#[tokio::test]
async fn every_command_is_seen_to_be_done_and_answered_once() {
    for (device, namespace, name_, payload) in every_command() {
        let world = world().await;
        // So that each changes something.
        world.acme.touch("ann", "lamp", json!({ "on": name_ != "TurnOn" }));
        let unlocked = if name_ == "Lock" { "UNLOCKED" } else { "LOCKED" };
        world.acme.touch("ann", "door", json!({ "lock": unlocked }));
        let deferred = deferred(&world, directive(device, namespace, name_, payload)).await;
        world.request(&[deferred]).await;
        if name_ != "ResumeSchedule" {
            world.poll().await;
            assert!(world.take(CHANGES).is_empty(), "{name_}: it is not done yet");
        }
        world.acme.carry_out().await;
        world.poll().await;
        world.poll().await;
        let changes = world.take(CHANGES);
        assert_eq!(changes.len(), 2, "{name_}: the second tick sees it too");
        world.respond(&changes).await;
        let [event] = <[_; 1]>::try_from(world.answers()).expect("one answer");
        assert_eq!(name(&event), ("Alexa", "Response"), "{name_}");
        world.poll().await;
        assert!(world.take(CHANGES).is_empty(), "{name_}: nobody waits any more");
    }
}

#[tokio::test]
async fn only_what_is_waited_for_is_asked_and_each_device_once() {
    let world = world().await;
    world.poll().await;
    assert!(world.acme.exchanges().is_empty());
    let turn = |id: &str, name: &str| {
        directive_with_id(id, "lamp", "Alexa.PowerController", name, json!({}))
    };
    for directive in [turn("m-1", "TurnOn"), turn("m-2", "TurnOn"), turn("m-3", "TurnOff")] {
        let deferred = deferred(&world, directive).await;
        world.request(&[deferred]).await;
    }
    world.acme.touch("ann", "lamp", json!({ "on": true }));
    let asked = world.acme.exchanges().len();
    world.poll().await;
    assert_eq!(world.acme.exchanges().len(), asked + 1);
    let mut requests: Vec<_> = seen(&world).iter().map(|it| it["request"].clone()).collect();
    requests.sort_by_key(ToString::to_string);
    assert_eq!(requests, ["r-1", "r-2"], "the lamp is on, as two have asked");
}

#[tokio::test]
async fn who_is_polled_late_is_reported_and_who_is_forgotten_is_not_asked() {
    for (after, polled, event_) in [(1.0, 1, "Response"), (7.0, 1, "ChangeReport"), (320.0, 0, "")]
    {
        let world = world().await;
        let deferred = deferred(&world, turn_on()).await;
        world.request(&[deferred]).await;
        world.acme.carry_out().await;
        world.advance(after);
        world.poll().await;
        let changes = world.take(CHANGES);
        assert_eq!(changes.len(), polled, "{after} s");
        world.respond(&changes).await;
        let events = world.answers();
        assert_eq!(events.first().map_or("", |event| name(event).1), event_, "{after} s");
    }
}

#[tokio::test]
async fn a_device_that_cannot_be_asked_keeps_no_other_waiting() {
    for (what, trouble) in [
        ("an error", Trouble::status(500).on("GET")),
        ("no answer", Trouble::hang_up().on("GET").times(10)),
        ("no state", Trouble::answer(200, json!({ "on": TOKEN })).on("GET")),
    ] {
        let world = world().await;
        world.acme.add("ann", TOKEN, [("other", Device::bulb())]);
        for (id, device) in [("m-1", "lamp"), ("m-2", "other")] {
            let on = directive_with_id(id, device, "Alexa.PowerController", "TurnOn", json!({}));
            let deferred = deferred(&world, on).await;
            world.request(&[deferred]).await;
        }
        world.acme.carry_out().await;
        world.acme.give(trouble);
        world.poll().await;
        let first = seen(&world).len();
        assert!(first <= 1, "{what}: {first}");
        world.acme.relent();
        world.poll().await;
        assert_eq!(seen(&world).len(), 2, "{what}: the next tick asks again");
    }
}

#[tokio::test]
async fn a_device_out_of_reach_has_done_nothing() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    world.acme.touch("ann", "lamp", json!({ "on": true, "reachable": false }));
    world.poll().await;
    assert!(seen(&world).is_empty());
}

#[tokio::test]
async fn many_devices_are_asked_in_one_tick() {
    let world = world().await;
    for number in 0..40 {
        let device = format!("lamp-{number}");
        world.acme.add("ann", TOKEN, [(device.as_str(), Device::bulb())]);
        let on = directive_with_id(
            &format!("m-{number}"),
            &device,
            "Alexa.PowerController",
            "TurnOn",
            json!({}),
        );
        let deferred = deferred(&world, on).await;
        world.request(&[deferred]).await;
    }
    world.acme.carry_out().await;
    world.poll().await;
    let changes = world.take(CHANGES);
    assert_eq!(changes.len(), 40);
    assert!(world.respond(&changes).await.is_empty());
    assert_eq!(world.answers().len(), 40);
}

#[tokio::test]
async fn a_change_that_cannot_be_handed_on_is_seen_again() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    world.acme.carry_out().await;
    world.memory.set_failing(CHANGES, true);
    world.poll().await;
    world.memory.set_failing(CHANGES, false);
    world.poll().await;
    let changes = seen(&world);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["cause"], "PERIODIC_POLL");
}

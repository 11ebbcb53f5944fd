//! The requester and the responder: an API that accepts now and acts later.

use crate::{
    entrypoint::{STATUSES, every_command},
    support::*,
    sync_processor::{deferred, effects},
};
use alexa_doubles::{Pace, Trouble};
use alexa_patterns::message::{
    Cause, Command, CorrelationToken, EndpointId, Pending, PendingStatus, Power, Property, State,
    StateChange,
};
use net_runtime::Parcel;
use serde_json::{Value, json};
use std::{slice::from_ref, time::Duration};

async fn world() -> World {
    let world = World::granted().await;
    world.acme.set_pace(Pace::WhenTold);
    world
}

/// What the receiver hands on when Acme pushes the state of a device.
fn push(world: &World, device: &str, request: Option<&str>) -> Parcel {
    change_of(world, device, request, Cause::PhysicalInteraction)
}

fn change_of(world: &World, device: &str, request: Option<&str>, cause: Cause) -> Parcel {
    let on = world.acme.device("ann", device)["on"] == true;
    parcel(
        &StateChange {
            user: "ann".to_owned(),
            endpoint: EndpointId::new(device).expect("an id"),
            request: request.map(str::to_owned),
            changed: power(world, on),
            unchanged: State::new(),
            failed: None,
            cause,
            happened: None,
        },
        None,
    )
}

fn power(world: &World, on: bool) -> State {
    let power = if on { Power::On } else { Power::Off };
    use net_runtime::Clock as _;
    State::at(world.memory.now().into(), [Property::Power(power)])
}

fn status(world: &World) -> Vec<PendingStatus> {
    world.pending().iter().map(|pending| pending.status).collect()
}

#[tokio::test]
async fn every_command_is_accepted_carried_out_pushed_and_answered_once() {
    for ((device, namespace, name_, payload), effects) in every_command().into_iter().zip(effects())
    {
        let world = world().await;
        let directive = directive(device, namespace, name_, payload);
        let deferred = deferred(&world, directive).await;
        assert!(world.request(from_ref(&deferred)).await.is_empty());
        let [pending] = <[_; 1]>::try_from(world.pending()).expect("one is pending");
        assert_eq!(pending.status, PendingStatus::Sent, "{name_}");
        assert_eq!(pending.request.as_deref(), Some("r-1"));
        assert_eq!(Some(pending.deadline), deferred.deadline);
        assert_eq!(pending.expires, pending.deadline / 1_000 + 300, "in seconds, for DynamoDB");
        assert!(world.take(RESPONSES).is_empty(), "{name_}: it is not done yet");

        world.acme.carry_out().await;
        let body = world.acme.push_of("ann", device, Some("r-1")).to_string();
        assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
        assert!(world.respond(&world.take(CHANGES)).await.is_empty());
        let [answer] = <[_; 1]>::try_from(world.take(RESPONSES)).expect("one answer");
        assert_eq!(answer.deadline, deferred.deadline, "the deadline travels");
        let event = event_of(&answer);
        assert_eq!(name(&event), ("Alexa", "Response"), "{name_}");
        assert_eq!(event["event"]["header"]["correlationToken"], format!("{CORRELATION}-m-1"));
        assert_eq!(status(&world), [PendingStatus::Done]);
        for (property_, value) in effects {
            let found = property(&event, property_);
            match value.as_object() {
                Some(parts) => {
                    for (part, value) in parts {
                        let apart = value.as_f64().zip(found[part].as_f64());
                        let near = apart.is_some_and(|(one, other)| (one - other).abs() < 0.001);
                        assert!(near || found[part] == *value, "{name_} {property_}: {found}");
                    }
                }
                None => assert_eq!(*found, value, "{name_} {property_}"),
            }
        }
    }
}

#[tokio::test]
async fn an_api_that_has_done_it_at_once_is_answered_at_once() {
    let world = World::granted().await;
    let deferred = deferred(&world, turn_on()).await;
    assert!(world.request(&[deferred]).await.is_empty());
    let [event] = <[_; 1]>::try_from(world.answers()).expect("one answer");
    assert_eq!((name(&event).1, property(&event, "powerState")), ("Response", &json!("ON")));
    assert_eq!(status(&world), [PendingStatus::Done]);
}

#[tokio::test]
async fn a_status_is_told_as_alexa_knows_it() {
    // What is tried again takes its time: one of them will do.
    for (code, expected, again) in STATUSES.into_iter().filter(|row| row.0 != 503) {
        let world = world().await;
        let deferred = deferred(&world, turn_on()).await;
        world.acme.give(Trouble::status(code).on("PATCH").always());
        assert!(world.request(&[deferred]).await.is_empty());
        let [event] = <[_; 1]>::try_from(world.answers()).expect("one answer");
        assert_eq!(error(&event), expected, "{code}");
        assert_eq!(status(&world), [PendingStatus::Done]);
        let tries = world.acme.exchanges().iter().filter(|it| it.method == "PATCH").count();
        assert_eq!(tries, if again { 5 } else { 1 }, "{code}");
    }
}

#[tokio::test]
async fn what_comes_after_its_deadline_is_not_carried_out() {
    let unlock = directive("door", "Alexa.LockController", "Unlock", json!({}));
    for (directive, in_time, late) in [(turn_on(), 5.0, 6.1), (unlock, 19.0, 20.1)] {
        for (after, asked) in [(in_time, 1), (late, 0)] {
            let world = world().await;
            let deferred = deferred(&world, directive.clone()).await;
            world.advance(after);
            assert!(world.request(&[deferred]).await.is_empty());
            assert_eq!(world.acme.open_requests().len(), asked, "{after} s");
            assert_eq!(world.pending().len(), asked, "{after} s");
        }
    }
}

#[tokio::test]
async fn a_directive_that_is_delivered_twice_is_handed_on_once() {
    // After the first is accepted, while it is, and after an earlier run has died on the way.
    let world = world().await;
    let first = deferred(&world, turn_on()).await;
    world.request(from_ref(&first)).await;
    world.request(from_ref(&first)).await;
    let patches =
        |world: &World| world.acme.exchanges().iter().filter(|it| it.method == "PATCH").count();
    assert_eq!(patches(&world), 1);

    let world = self::world().await;
    let first = deferred(&world, turn_on()).await;
    world.request(&[first.clone(), first]).await;
    assert_eq!(world.acme.open_requests(), ["r-1"], "under the same id it is the same");
    assert_eq!(status(&world), [PendingStatus::Sent]);

    let world = self::world().await;
    let first = deferred(&world, turn_on()).await;
    world.acme.give(Trouble::hang_up().on("PATCH").after_doing());
    world.request(from_ref(&first)).await;
    world.request(from_ref(&first)).await;
    assert!(world.answers().is_empty(), "a lost answer is asked for again, by the same id");
    assert_eq!(status(&world), [PendingStatus::Sent]);
    assert_eq!(world.acme.open_requests().len(), 1);
}

#[tokio::test]
async fn a_push_that_beats_the_answer_to_the_call_is_the_answer() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.acme.give(Trouble::slow(Duration::from_millis(150)).on("PATCH"));
    let pushing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(status(&world), [PendingStatus::Intent], "it is written before the call");
        world.acme.carry_out().await;
        world.respond(&[push(&world, "lamp", Some("r-1"))]).await
    };
    let parcels = [deferred];
    let (requested, responded) = tokio::join!(world.request(&parcels), pushing);
    assert!(requested.is_empty() && responded.is_empty());
    let [event] = <[_; 1]>::try_from(world.answers()).expect("one answer");
    assert_eq!((name(&event).1, property(&event, "powerState")), ("Response", &json!("ON")));
    assert_eq!(status(&world), [PendingStatus::Done], "it stays so");

    // Nor does it matter any more that the push comes again.
    world.respond(&[push(&world, "lamp", Some("r-1"))]).await;
    assert!(world.answers().is_empty());
}

#[tokio::test]
async fn a_push_that_is_faster_answers_one_request_and_the_one_that_it_fits() {
    let world = world().await;
    let bright = directive_with_id(
        "m-2",
        "lamp",
        "Alexa.BrightnessController",
        "AdjustBrightness",
        json!({ "brightnessDelta": 10 }),
    );
    let parcels = [deferred(&world, turn_on()).await, deferred(&world, bright).await];
    world.acme.give(Trouble::slow(Duration::from_millis(200)).on("PATCH").times(2));
    let pushing = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(status(&world), [PendingStatus::Intent, PendingStatus::Intent]);
        world.acme.carry_out().await;
        world.respond(&[push(&world, "lamp", Some("r-1"))]).await
    };
    tokio::join!(world.request(&parcels), pushing);
    let answers = world.answers();
    assert_eq!(answers.len(), 1, "a request is the end of one directive");
    assert_eq!(answers[0]["event"]["header"]["correlationToken"], format!("{CORRELATION}-m-1"));
    assert_eq!(status(&world), [PendingStatus::Done, PendingStatus::Sent]);
}

#[tokio::test]
async fn push_poll_and_duplicates_together_give_one_answer() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(from_ref(&deferred)).await;
    world.acme.carry_out().await;
    world.poll().await;
    let polled = world.take(CHANGES);
    assert_eq!(polled.len(), 1, "the poll has seen it");
    let mut changes = vec![push(&world, "lamp", Some("r-1")), push(&world, "lamp", Some("r-1"))];
    changes.extend(polled.iter().cloned());
    changes.extend(polled);
    assert!(world.respond(&changes).await.is_empty());
    let (_, again) = tokio::join!(world.request(from_ref(&deferred)), world.respond(&changes));
    assert!(again.is_empty());
    let [event] = <[_; 1]>::try_from(world.answers()).expect("one answer");
    assert_eq!(name(&event).1, "Response");
    assert_eq!(world.acme.acts().len(), 1);
}

#[tokio::test]
async fn a_push_without_a_request_answers_what_it_fits() {
    for (on, expected) in [(true, "Response"), (false, "ChangeReport")] {
        let world = world().await;
        let deferred = deferred(&world, turn_on()).await;
        world.request(&[deferred]).await;
        world.acme.touch("ann", "lamp", json!({ "on": on }));
        world.respond(&[push(&world, "lamp", None)]).await;
        let [event] = <[_; 1]>::try_from(world.answers()).expect("one event");
        assert_eq!(name(&event).1, expected);
    }
}

#[tokio::test]
async fn what_nobody_waits_for_is_reported_with_its_cause() {
    for (cause, word) in [
        (Cause::AppInteraction, "APP_INTERACTION"),
        (Cause::PhysicalInteraction, "PHYSICAL_INTERACTION"),
        (Cause::PeriodicPoll, "PERIODIC_POLL"),
        (Cause::RuleTrigger, "RULE_TRIGGER"),
        (Cause::VoiceInteraction, "VOICE_INTERACTION"),
    ] {
        for request in [None, Some("r-of-another-skill")] {
            let world = world().await;
            world.respond(&[change_of(&world, "lamp", request, cause)]).await;
            let [answer] = <[_; 1]>::try_from(world.take(RESPONSES)).expect("one event");
            assert_eq!(answer.deadline, None);
            let event = event_of(&answer);
            assert_eq!(name(&event), ("Alexa", "ChangeReport"));
            assert_eq!(event["event"]["payload"]["change"]["cause"]["type"], word);
            assert_eq!(property(&event, "connectivity")["value"], "OK");
            assert_eq!(*property(&event, "powerState"), "OFF");
        }
    }
}

#[tokio::test]
async fn a_request_of_another_device_or_user_is_not_answered() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    for (user, endpoint) in [("ann", "hall"), ("bob", "lamp")] {
        let change = StateChange {
            user: user.to_owned(),
            endpoint: EndpointId::new(endpoint).expect("an id"),
            request: Some("r-1".to_owned()),
            changed: power(&world, true),
            unchanged: State::new(),
            failed: None,
            cause: Cause::PhysicalInteraction,
            happened: None,
        };
        world.respond(&[parcel(&change, None)]).await;
        assert_eq!(name(&world.answers()[0]).1, "ChangeReport", "{user} {endpoint}");
    }
    assert_eq!(status(&world), [PendingStatus::Sent]);
}

#[tokio::test]
async fn what_is_done_after_the_deadline_is_reported_as_a_change() {
    for (after, event_, cause) in [
        (5.0, "Response", Value::Null),
        (6.5, "ChangeReport", json!("VOICE_INTERACTION")),
        // Forgotten by now: it is what the push says.
        (310.0, "ChangeReport", json!("PHYSICAL_INTERACTION")),
    ] {
        let world = world().await;
        let deferred = deferred(&world, turn_on()).await;
        world.request(&[deferred]).await;
        world.acme.carry_out().await;
        world.advance(after);
        world.respond(&[push(&world, "lamp", Some("r-1"))]).await;
        let [event] = <[_; 1]>::try_from(world.answers()).expect("one event");
        assert_eq!(name(&event).1, event_, "{after} s");
        assert_eq!(event["event"]["payload"]["change"]["cause"]["type"], cause, "{after} s");
    }
}

#[tokio::test]
async fn a_failure_after_the_deadline_is_not_told() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.acme.give(Trouble::status(500).on("PATCH").later(Duration::from_millis(100)));
    let clock = world.memory.clone();
    let later = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        clock.advance(Duration::from_secs(7));
    };
    let parcels = [deferred];
    tokio::join!(world.request(&parcels), later);
    assert!(world.answers().is_empty());
}

fn claimed(world: &World, ago: u64, request: Option<&str>) -> Pending {
    let endpoint = EndpointId::new("lamp").expect("an id");
    Pending {
        device: Pending::key("ann", &endpoint),
        message: "m-1".to_owned(),
        user: "ann".to_owned(),
        endpoint,
        customer: "l-1".to_owned(),
        correlation: CorrelationToken::new("hush-correlation-m-1").expect("a token"),
        command: Command::Power(Power::On),
        expected: vec![Property::Power(Power::On)],
        status: PendingStatus::Claimed,
        request: request.map(str::to_owned),
        asked: world.now() - ago,
        deadline: world.now() + 4_000,
        promised: Vec::new(),
        looked: 0,
        looked_at: 0,
        claimed_at: world.now() - ago,
        claim: None,
        expires: world.now() / 1_000 + 300,
    }
}

async fn store(world: &World, pending: &Pending) {
    world.memory.store("pending", pending).expect("memory");
}

#[tokio::test]
async fn a_claim_lapses_when_who_claimed_has_died() {
    for request in [Some("r-1"), None] {
        for (ago, answers) in [(1_000, 0), (14_000, 0), (16_000, 1)] {
            let world = world().await;
            store(&world, &claimed(&world, ago, request)).await;
            world.acme.touch("ann", "lamp", json!({ "on": true }));
            world.respond(&[push(&world, "lamp", Some("r-1"))]).await;
            let events = world.answers();
            let responses = events.iter().filter(|event| name(event).1 == "Response").count();
            assert_eq!(responses, answers, "{request:?}, claimed {ago} ms ago");
        }
    }
}

#[tokio::test]
async fn an_answer_that_could_not_be_sent_is_sent_when_the_push_comes_again() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    world.acme.carry_out().await;
    let change = push(&world, "lamp", Some("r-1"));
    world.memory.set_failing(RESPONSES, true);
    assert_eq!(world.respond(from_ref(&change)).await, [0], "it comes again");
    world.memory.set_failing(RESPONSES, false);
    // Sooner than a claim lapses.
    assert!(world.respond(from_ref(&change)).await.is_empty());
    let [event] = <[_; 1]>::try_from(world.answers()).expect("one answer");
    assert_eq!(name(&event).1, "Response");
}

#[tokio::test]
async fn a_table_that_fails_fails_the_message_alone() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.memory.set_failing("pending", true);
    assert_eq!(world.request(from_ref(&deferred)).await, [0]);
    assert_eq!(world.respond(&[push(&world, "lamp", Some("r-1"))]).await, [0]);
    assert!(world.acme.open_requests().is_empty(), "nothing is asked that nobody remembers");
    world.memory.set_failing("pending", false);
    assert!(world.request(from_ref(&deferred)).await.is_empty());
    assert_eq!(world.acme.open_requests().len(), 1);
}

#[tokio::test]
async fn what_is_no_message_fails_alone() {
    let world = world().await;
    let good = deferred(&world, turn_on()).await;
    let bad = Parcel { body: "{}".to_owned(), ..good.clone() };
    assert_eq!(world.request(&[bad.clone(), good]).await, [0]);
    assert_eq!(world.respond(&[push(&world, "lamp", None), bad]).await, [1]);
}

#[tokio::test]
async fn a_device_out_of_reach_is_said_to_be() {
    let world = world().await;
    let change = StateChange {
        user: "ann".to_owned(),
        endpoint: EndpointId::new("lamp").expect("an id"),
        request: None,
        changed: State::at(
            std::time::SystemTime::UNIX_EPOCH.into(),
            [Property::Connectivity(alexa_patterns::message::Connectivity::Unreachable)],
        ),
        unchanged: State::new(),
        failed: None,
        cause: Cause::PhysicalInteraction,
        happened: None,
    };
    world.respond(&[parcel(&change, None)]).await;
    assert_eq!(property(&world.answers()[0], "connectivity")["value"], "UNREACHABLE");
}

#[tokio::test]
async fn a_command_that_was_accepted_and_has_failed_is_answered_with_why() {
    let unlock = directive("door", "Alexa.LockController", "Unlock", json!({}));
    let jammed = json!({ "reachable": true, "lock": "JAMMED" });
    for (what, push, expected) in [
        (
            "says so",
            json!({ "state": jammed, "failed": { "code": "jammed" } }),
            "HARDWARE_MALFUNCTION",
        ),
        ("is jammed", json!({ "state": jammed }), "HARDWARE_MALFUNCTION"),
        ("is jammed", json!({ "state": jammed, "request": null }), "HARDWARE_MALFUNCTION"),
        ("stays", json!({ "state": { "lock": "LOCKED" } }), "HARDWARE_MALFUNCTION"),
        ("is away", json!({ "state": { "reachable": false } }), "ENDPOINT_UNREACHABLE"),
        (
            "has no battery",
            json!({ "state": {}, "failed": { "code": "low_battery", "percentage": 3 } }),
            "ENDPOINT_LOW_POWER",
        ),
        ("says anything", json!({ "state": {}, "failed": "hush" }), "INTERNAL_ERROR"),
    ] {
        let world = world().await;
        let deferred = deferred(&world, unlock.clone()).await;
        world.request(from_ref(&deferred)).await;
        let mut body = json!({ "account": "ann", "device": "door", "request": "r-1" });
        for (name, value) in push.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let body = body.to_string();
        assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202, "{what}");
        let changes = world.take(CHANGES);
        assert!(world.respond(&changes).await.is_empty(), "{what}");
        let (answers, reports): (Vec<_>, Vec<_>) =
            world.answers().into_iter().partition(|event| name(event).1 == "ErrorResponse");
        assert_eq!(answers.len(), 1, "{what}");
        assert_eq!(error(&answers[0]), expected, "{what}");
        // An ErrorResponse has no state, so what is new of the device is reported.
        let tells =
            body.contains("JAMMED") || body.contains("LOCKED") || body.contains("reachable");
        assert_eq!(reports.len(), usize::from(tells), "{what}");
        assert!(reports.iter().all(|report| name(report).1 == "ChangeReport"));
        // It comes again, and is known.
        assert!(world.respond(&changes).await.is_empty());
        assert!(world.answers().iter().all(|event| name(event).1 != "ErrorResponse"), "{what}");
        assert_eq!(status(&world), [PendingStatus::Done]);
    }
}

#[tokio::test]
async fn a_lamp_that_stays_off_has_not_been_turned_on() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    world.respond(&[push(&world, "lamp", Some("r-1"))]).await;
    let events = world.answers();
    let errors: Vec<_> = events.iter().map(error).filter(|error| !error.is_empty()).collect();
    assert_eq!(errors, ["INTERNAL_ERROR"]);
}

#[tokio::test]
async fn a_lock_that_jams_is_polled_as_jammed() {
    let world = world().await;
    let unlock = directive("door", "Alexa.LockController", "Unlock", json!({}));
    let deferred = deferred(&world, unlock).await;
    world.request(&[deferred]).await;
    world.poll().await;
    assert!(world.take(CHANGES).is_empty(), "it is still locked, and may yet be unlocked");
    world.acme.touch("ann", "door", json!({ "lock": "JAMMED" }));
    world.poll().await;
    world.respond(&world.take(CHANGES)).await;
    let errors: Vec<_> = world.answers().iter().map(|it| error(it).to_owned()).collect();
    assert!(errors.contains(&"HARDWARE_MALFUNCTION".to_owned()), "{errors:?}");
}

#[tokio::test]
async fn a_jamming_lock_of_acmes_fails_by_every_way() {
    // At once, by a push, and by a poll.
    for way in ["sync", "push", "poll"] {
        let world = World::granted().await;
        world.acme.add("ann", TOKEN, [("door", alexa_doubles::Device::lock().jamming())]);
        let hook = crate::network::hook(&world).await;
        if way != "sync" {
            world.acme.set_pace(Pace::WhenTold);
        }
        if way == "push" {
            world.acme.set_pushes(alexa_doubles::Pushes::to(hook.url()));
        }
        let unlock = directive("door", "Alexa.LockController", "Unlock", json!({}));
        let deferred = deferred(&world, unlock).await;
        if way == "sync" {
            world.sync(&[deferred]).await;
        } else {
            world.request(&[deferred]).await;
            world.acme.carry_out().await;
            if way == "poll" {
                world.poll().await;
            }
            world.respond(&world.take(CHANGES)).await;
        }
        world.dispatch(&world.take(RESPONSES)).await;
        let answers = world.gateway.answers(&format!("{CORRELATION}-m-1"));
        let errors: Vec<_> = answers.iter().map(|it| error(&it.event)).collect();
        assert_eq!(errors, ["HARDWARE_MALFUNCTION"], "{way}");
        assert!(world.acme.acts().is_empty(), "{way}");
    }
}

#[tokio::test]
async fn a_report_has_what_has_changed_and_its_context_what_has_not() {
    let names = |list: &Value| {
        let all = list.as_array().into_iter().flatten();
        let mut names: Vec<_> = all.filter_map(|it| it["name"].as_str()).collect();
        names.sort_unstable();
        names.join(" ")
    };
    let all = "brightness color colorTemperatureInKelvin connectivity powerState";
    for (changed, expected) in [
        (json!({ "brightness": 7 }), "brightness"),
        (json!({ "on": true, "kelvin": 4_000 }), "colorTemperatureInKelvin powerState"),
        (json!({ "reachable": false }), "connectivity"),
    ] {
        let world = world().await;
        let hook = crate::network::hook(&world).await;
        world.acme.set_pushes(alexa_doubles::Pushes::to(hook.url()));
        world.acme.touch("ann", "lamp", changed);
        assert_eq!(world.acme.push("ann", "lamp").await, [202]);
        world.respond(&world.take(CHANGES)).await;
        let event = world.answers().remove(0);
        assert_eq!(names(&event["event"]["payload"]["change"]["properties"]), expected);
        let mut others: Vec<_> = all.split(' ').collect();
        others.retain(|name| !expected.split(' ').any(|changed| changed == *name));
        assert_eq!(names(&event["context"]["properties"]), others.join(" "));
    }
    // A late answer: what was asked for has changed.
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    world.acme.carry_out().await;
    world.advance(6.5);
    world.poll().await;
    world.respond(&world.take(CHANGES)).await;
    let event = world.answers().remove(0);
    assert_eq!(names(&event["event"]["payload"]["change"]["properties"]), "powerState");
    let context = names(&event["context"]["properties"]);
    assert_eq!(context, "brightness color colorTemperatureInKelvin connectivity");
}

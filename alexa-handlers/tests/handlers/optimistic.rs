//! Answers that are given before they are true, and corrected where they do not come true.

use crate::{
    entrypoint::every_command,
    network::hook,
    support::*,
    sync_processor::{deferred, effects},
};
use alexa_doubles::{Pace, Pushes, Trouble};
use alexa_handlers::{
    Account, Api, DeviceCloud, Fault, Order, Outcome, PushRefused, User, acme::Acme,
};
use alexa_patterns::message::{
    Command, DevicePush, DiscoveredDevice, EndpointId, Pending, PendingStatus, Power, State,
    StateChange, Token,
};
use net_dsl::HttpRequest;
use net_runtime::Parcel;
use serde_json::{Value, json};
use std::slice::from_ref;

async fn world() -> World {
    let world = World::granted().await;
    world.acme.set_pace(Pace::WhenTold);
    world
}

fn status(world: &World) -> Vec<PendingStatus> {
    world.pending().iter().map(|pending| pending.status).collect()
}

/// Takes a directive as far as Acme has accepted it; the events that Alexa hears at once.
async fn promised(world: &World, directive: Value) -> Vec<Value> {
    let deferred = deferred(world, directive).await;
    assert!(world.promise(from_ref(&deferred)).await.is_empty());
    world.answers()
}

/// Brings the state of the lamp as a push, which may name a request, to the responder.
async fn pushed(world: &World, request: Option<&str>) -> Vec<Parcel> {
    let mut body = world.acme.push_of("ann", "lamp", request);
    body["changed"] = json!(["on"]);
    let body = body.to_string();
    assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
    assert!(world.respond(&world.take(CHANGES)).await.is_empty());
    world.take(RESPONSES)
}

fn events(parcels: &[Parcel]) -> Vec<Value> {
    parcels.iter().map(event_of).collect()
}

#[tokio::test]
async fn every_command_that_may_be_expected_is_answered_at_once_and_confirmed_in_silence() {
    for ((device, namespace, name_, payload), effects) in every_command().into_iter().zip(effects())
    {
        let world = world().await;
        let hook = hook(&world).await;
        world.acme.set_pushes(Pushes::to(hook.url()).times(2));
        let answers = promised(&world, directive(device, namespace, name_, payload)).await;
        // Locks must not be believed early, and of a schedule nobody knows what it sets.
        let is_told_late = matches!(name_, "Lock" | "Unlock" | "ResumeSchedule");
        if is_told_late {
            assert!(answers.is_empty() && world.take(PROMISES).is_empty(), "{name_}");
            assert_eq!(status(&world), [PendingStatus::Sent], "{name_}");
        } else {
            let [event] = <[_; 1]>::try_from(answers).expect("one answer");
            assert_eq!(name(&event), ("Alexa", "Response"), "{name_}");
            assert_eq!(event["event"]["header"]["correlationToken"], format!("{CORRELATION}-m-1"));
            let told = event["context"]["properties"].as_array().expect("properties");
            for told in told {
                let found = effects.iter().find(|(name, _)| *name == told["name"]);
                assert!(found.is_some(), "{name_}: {told}");
                assert_eq!(told["uncertaintyInMilliseconds"], 3_000, "{name_}");
            }
            assert_eq!(status(&world), [PendingStatus::Promised], "{name_}");
            let promise = world.take(PROMISES);
            assert_eq!(promise.len(), 1, "{name_}");
        }
        world.acme.carry_out().await;
        assert!(world.respond(&world.take(CHANGES)).await.is_empty());
        let told = world.answers();
        let names: Vec<_> = told.iter().map(|event| name(event).1).collect();
        let wanted: &[&str] = if is_told_late { &["Response"] } else { &[] };
        assert_eq!(names, wanted, "{name_}");
        assert_eq!(status(&world), [PendingStatus::Done], "{name_}");
    }
}

#[tokio::test]
async fn what_turns_out_otherwise_is_corrected_under_one_id() {
    for times in [1, 3] {
        let world = world().await;
        let told = promised(&world, turn_on()).await;
        assert_eq!(property(&told[0], "powerState"), "ON");
        // It says that the request has ended, and the lamp is off.
        let mut told = Vec::new();
        for _ in 0..times {
            told.extend(pushed(&world, Some("r-1")).await);
            world.advance(1.0);
        }
        let told = events(&told);
        let ids: std::collections::BTreeSet<_> =
            told.iter().map(|it| it["event"]["header"]["messageId"].to_string()).collect();
        // However often it is told, it is one event, and true each time.
        assert_eq!((told.len(), ids.len()), (times, 1), "{told:#?}");
        for event in &told {
            assert_eq!(name(event).1, "ChangeReport");
            let changed = &event["event"]["payload"]["change"]["properties"];
            assert_eq!(
                changed[0]["value"], "OFF",
                "what Alexa was told otherwise is what has changed"
            );
        }
        assert_eq!(status(&world), [PendingStatus::Corrected]);
    }
}

#[tokio::test]
async fn what_nobody_brings_is_asked_for() {
    for (what, done, reachable, asked, told) in [
        ("kept", true, true, 1, None),
        ("broken", false, true, 1, Some(("powerState", "OFF"))),
        ("out of reach", false, false, 1, Some(("connectivity", "UNREACHABLE"))),
    ] {
        let world = world().await;
        promised(&world, turn_on()).await;
        let open = world.take(PROMISES);
        if done {
            world.acme.carry_out().await;
        }
        world.acme.touch("ann", "lamp", json!({ "reachable": reachable }));
        world.advance(20.0);
        let before = world.acme.exchanges().len();
        assert!(world.check(&open).await.is_empty(), "{what}");
        assert!(world.check(&open).await.is_empty(), "{what}: again");
        assert_eq!(world.acme.exchanges().len() - before, asked, "{what}: asked once");
        let events = world.answers();
        assert_eq!(events.len(), usize::from(told.is_some()), "{what}");
        if let Some((name_, value)) = told {
            assert_eq!(name(&events[0]).1, "ChangeReport");
            let changed = &events[0]["event"]["payload"]["change"]["properties"];
            let value_ = match name_ {
                "connectivity" => &changed[0]["value"]["value"],
                _ => &changed[0]["value"],
            };
            assert_eq!(changed[0]["name"], name_, "{what}: {changed}");
            assert_eq!(*value_, value, "{what}");
        }
        let wanted = if done { PendingStatus::Done } else { PendingStatus::Corrected };
        assert_eq!(status(&world), [wanted], "{what}");
    }
}

#[tokio::test]
async fn a_device_that_does_it_after_the_correction_is_news() {
    let world = world().await;
    promised(&world, turn_on()).await;
    world.advance(20.0);
    world.check(&world.take(PROMISES)).await;
    assert_eq!(property(&world.answers()[0], "powerState"), "OFF");
    world.acme.carry_out().await;
    // Whoever sees it: a poll as well as a push, named or not.
    world.poll().await;
    assert!(world.respond(&world.take(CHANGES)).await.is_empty());
    let events = world.answers();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["event"]["payload"]["change"]["properties"][0]["value"], "ON");
    assert_eq!(status(&world), [PendingStatus::Done]);
    world.poll().await;
    assert!(world.take(CHANGES).is_empty(), "and nobody looks any more");
}

#[tokio::test]
async fn a_promise_is_seen_to_be_kept_by_whoever_looks() {
    for unnamed in [false, true] {
        let world = world().await;
        promised(&world, turn_on()).await;
        let open = world.take(PROMISES);
        world.acme.carry_out().await;
        if unnamed {
            assert!(pushed(&world, None).await.is_empty());
        } else {
            world.poll().await;
            assert!(world.respond(&world.take(CHANGES)).await.is_empty());
            assert!(world.answers().is_empty(), "Alexa knows it");
        }
        assert_eq!(status(&world), [PendingStatus::Done]);
        world.advance(20.0);
        let before = world.acme.exchanges().len();
        world.check(&open).await;
        assert_eq!(world.acme.exchanges().len(), before, "nothing is left to ask");
    }
}

#[tokio::test]
async fn what_a_device_does_besides_is_told() {
    let world = world().await;
    promised(&world, turn_on()).await;
    world.acme.carry_out().await;
    let mut body = world.acme.push_of("ann", "lamp", Some("r-1"));
    body["changed"] = json!(["on", "brightness"]);
    let body = body.to_string();
    assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
    world.respond(&world.take(CHANGES)).await;
    let events = world.answers();
    assert_eq!(events.len(), 1);
    let changed = events[0]["event"]["payload"]["change"]["properties"].as_array().expect("a list");
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0]["name"], "brightness");
    assert_eq!(status(&world), [PendingStatus::Done]);
}

#[tokio::test]
async fn a_failure_that_says_nothing_of_the_state_is_looked_into() {
    let world = world().await;
    promised(&world, turn_on()).await;
    let body = json!({
        "account": "ann", "device": "lamp", "request": "r-1", "state": {}, "failed": { "code": "busy" },
    });
    let body = body.to_string();
    assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
    assert!(world.respond(&world.take(CHANGES)).await.is_empty());
    assert!(world.answers().is_empty(), "nothing is known");
    assert_eq!(status(&world), [PendingStatus::Promised]);
    world.advance(20.0);
    world.check(&world.take(PROMISES)).await;
    assert_eq!(property(&world.answers()[0], "powerState"), "OFF");
}

#[tokio::test]
async fn the_last_promise_of_a_device_is_looked_after() {
    let world = world().await;
    promised(&world, turn_on()).await;
    world.advance(5.0);
    let off = directive_with_id("m-2", "lamp", "Alexa.PowerController", "TurnOff", json!({}));
    promised(&world, off).await;
    let [first, second] = <[_; 2]>::try_from(world.take(PROMISES)).expect("two promises");
    world.advance(15.0);
    let before = world.acme.exchanges().len();
    world.check(&[first]).await;
    assert_eq!(world.acme.exchanges().len(), before);
    // The lamp has done the first and not the second.
    world.acme.touch("ann", "lamp", json!({ "on": true }));
    world.advance(5.0);
    world.check(&[second]).await;
    let events = world.answers();
    assert_eq!(events.len(), 1);
    assert_eq!(property(&events[0], "powerState"), "ON");
}

#[tokio::test]
async fn lost_replies_and_dying_runs_leave_no_promise_unseen() {
    for what in ["pending", RESPONSES, PROMISES] {
        for calls in 1..=3 {
            let world = world().await;
            let deferred = deferred(&world, turn_on()).await;
            world.memory.lose_replies(what, calls);
            let failed = world.promise(from_ref(&deferred)).await;
            world.memory.lose_replies(what, 0);
            // What failed comes again, and what was promised is not promised anew.
            world.promise(from_ref(&deferred)).await;
            let told = world.answers();
            let ids: std::collections::BTreeSet<_> =
                told.iter().map(|it| it["event"]["header"]["messageId"].to_string()).collect();
            assert!(failed.is_empty() || told.is_empty(), "{what} {calls}");
            assert!(ids.len() <= 1, "{what} {calls}: one event, however often it was sent");
            assert_eq!(world.acme.acts().len() + world.acme.open_requests().len(), 1);
            world.advance(20.0);
            assert!(world.check(&world.take(PROMISES)).await.is_empty());
            let corrections = world.answers();
            assert_eq!(corrections.is_empty(), told.is_empty(), "{what} {calls}");
        }
    }
    // Whoever made the promise died before writing that it was made, or before making it: what is so is said.
    for (done, power) in [(false, "OFF"), (true, "ON")] {
        let world = world().await;
        promised(&world, turn_on()).await;
        let [pending] = <[_; 1]>::try_from(world.pending()).expect("one");
        let claimed_at = world.now();
        let died = Pending { status: PendingStatus::Claimed, claimed_at, ..pending };
        world.memory.store("pending", &died).expect("memory");
        if done {
            world.acme.carry_out().await;
        }
        world.advance(20.0);
        world.check(&world.take(PROMISES)).await;
        assert_eq!(property(&world.answers()[0], "powerState"), power);
    }
}

#[tokio::test]
async fn what_cannot_be_checked_is_checked_again() {
    for what in ["acme", RESPONSES, "pending"] {
        let world = world().await;
        promised(&world, turn_on()).await;
        let open = world.take(PROMISES);
        world.advance(20.0);
        match what {
            "acme" => world.acme.give(Trouble::answer(200, json!([TOKEN])).on("GET").times(10)),
            _ => world.memory.set_failing(what, true),
        }
        assert_eq!(world.check(&open).await, [0], "{what}");
        world.acme.relent();
        world.memory.set_failing(what, false);
        world.advance(60.0);
        assert!(world.check(&open).await.is_empty(), "{what}");
        assert_eq!(property(&world.answers()[0], "powerState"), "OFF", "{what}");
    }
}

#[tokio::test]
async fn a_promise_is_made_in_time_or_not_at_all() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    let clock = world.memory.clone();
    world.acme.give(Trouble::slow(std::time::Duration::from_millis(100)).on("PATCH"));
    let later = async {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        clock.advance(std::time::Duration::from_secs(7));
    };
    let (_, ()) = tokio::join!(world.promise(from_ref(&deferred)), later);
    assert!(world.answers().is_empty());
    assert_eq!(status(&world), [PendingStatus::Sent]);
    // Then it is as with the async processor: late, it is a report.
    world.acme.carry_out().await;
    let told = events(&pushed(&world, Some("r-1")).await);
    assert_eq!(name(&told[0]).1, "ChangeReport");
}

#[tokio::test]
async fn what_acme_refuses_is_an_error_at_once() {
    let world = world().await;
    world.acme.give(Trouble::status(404).on("PATCH"));
    let told = promised(&world, turn_on()).await;
    assert_eq!(error(&told[0]), "NO_SUCH_ENDPOINT");
    assert!(world.take(PROMISES).is_empty());
}

/// Acme, whose lamp switches something that people rely on.
struct Careful;

impl DeviceCloud for Careful {
    async fn account(&self, token: &Token, api: &Api<'_>) -> Result<Account, Fault> {
        Acme.account(token, api).await
    }

    async fn discover(
        &self,
        user: User<'_>,
        api: &Api<'_>,
    ) -> Result<Vec<DiscoveredDevice>, Fault> {
        Acme.discover(user, api).await
    }

    async fn state(
        &self,
        user: User<'_>,
        endpoint: &EndpointId,
        api: &Api<'_>,
    ) -> Result<State, Fault> {
        Acme.state(user, endpoint, api).await
    }

    async fn command(
        &self,
        user: User<'_>,
        order: Order<'_>,
        api: &Api<'_>,
    ) -> Result<Outcome, Fault> {
        Acme.command(user, order, api).await
    }

    async fn push(
        &self,
        push: &HttpRequest<DevicePush>,
        api: &Api<'_>,
    ) -> Result<Vec<StateChange>, PushRefused> {
        Acme.push(push, api).await
    }

    fn may_be_expected(&self, endpoint: &EndpointId, command: &Command) -> bool {
        endpoint.as_str() != "lamp" || matches!(command, Command::Power(Power::Off))
    }
}

#[tokio::test]
async fn the_skills_author_says_what_may_be_expected() {
    for (name_, answers) in [("TurnOn", 0), ("TurnOff", 1)] {
        let world = world().await;
        let directive = directive("lamp", "Alexa.PowerController", name_, json!({}));
        let deferred = deferred(&world, directive).await;
        assert!(world.promise_of(Careful, from_ref(&deferred)).await.is_empty());
        assert_eq!(world.answers().len(), answers, "{name_}");
    }
}

//! Polling while somebody waits, and polling that learns how long that is.

use crate::{entrypoint::every_command, support::*, sync_processor::deferred};
use alexa_doubles::{Device, Pace, Trouble};
use alexa_patterns::message::{Look, Pending, PendingStatus};
use net_runtime::Parcel;
use serde_json::{Value, json};
use std::slice::from_ref;

async fn world() -> World {
    let world = World::granted().await;
    world.acme.set_pace(Pace::WhenTold);
    world
}

/// How often Acme was asked for a device's state.
fn asked(world: &World) -> usize {
    let is_state =
        |it: &&alexa_doubles::Exchange| it.method == "GET" && it.path.contains("/devices/");
    world.acme.exchanges().iter().filter(is_state).count()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Waiting,
    Adaptive,
}

use Kind::{Adaptive, Waiting};

impl Kind {
    async fn start(self, world: &World, changes: &Value) {
        match self {
            Waiting => world.start_looks(changes).await,
            Adaptive => world.start_looks_adaptively(changes).await,
        }
    }

    async fn watch(self, world: &World, looks: &[Parcel]) -> Vec<usize> {
        match self {
            Waiting => world.watch(looks).await,
            Adaptive => world.watch_adaptively(looks).await,
        }
    }
}

/// What came of watching a request: the seconds at which it was looked at, and the events.
struct Watched {
    looks: Vec<u64>,
    events: Vec<Value>,
}

/// Has a directive carried out so many seconds after it was asked, or never, and watches until nobody looks
/// any more.
async fn watched(kind: Kind, world: &World, directive: Value, done_after: Option<u64>) -> Watched {
    let id = directive["directive"]["header"]["messageId"].as_str().expect("an id").to_owned();
    let deferred = deferred(world, directive).await;
    assert!(world.request(from_ref(&deferred)).await.is_empty());
    kind.start(world, &world.inserted(&id)).await;
    let (mut elapsed, mut looks, mut events, mut done) = (0, Vec::new(), Vec::new(), false);
    loop {
        let parcels = world.take(LOOKS);
        let Some(parcel) = parcels.first() else { break };
        assert_eq!(parcels.len(), 1, "one look follows another");
        assert_eq!(parcel.deadline, None, "looks go on after the deadline");
        let delay = u64::from(parcel.delay);
        if !done && done_after.is_some_and(|after| after <= elapsed + delay) {
            done = true;
            world.acme.carry_out().await;
        }
        world.advance(delay as f64);
        elapsed += delay;
        looks.push(elapsed);
        assert!(kind.watch(world, &parcels).await.is_empty());
        assert!(world.respond(&world.take(CHANGES)).await.is_empty());
        events.extend(world.answers());
    }
    Watched { looks, events }
}

#[tokio::test]
async fn every_command_is_answered_once_while_somebody_waits() {
    for kind in [Waiting, Adaptive] {
        for (device, namespace, name_, payload) in every_command() {
            let world = world().await;
            world.acme.touch("ann", "lamp", json!({ "on": name_ != "TurnOn" }));
            let unlocked = if name_ == "Lock" { "UNLOCKED" } else { "LOCKED" };
            world.acme.touch("ann", "door", json!({ "lock": unlocked }));
            let directive = directive(device, namespace, name_, payload);
            let watched = watched(kind, &world, directive, Some(3)).await;
            let [event] = <[_; 1]>::try_from(watched.events).expect("one answer");
            assert_eq!(name(&event), ("Alexa", "Response"), "{kind:?} {name_}");
            // What the end looks like is not always known: then it is what it is once it was accepted.
            let looks: &[u64] = if name_ == "ResumeSchedule" { &[1] } else { &[1, 2, 3] };
            assert_eq!(watched.looks, looks, "{kind:?} {name_}");
        }
    }
}

#[tokio::test]
async fn what_is_done_in_time_is_answered_and_what_is_not_is_reported() {
    for (device, done, event_, looks) in [
        ("lamp", 1, "Response", 1),
        ("lamp", 2, "Response", 2),
        ("lamp", 5, "Response", 5),
        ("lamp", 6, "ChangeReport", 6),
        ("lamp", 200, "ChangeReport", 13),
        ("door", 17, "Response", 10),
        ("door", 30, "ChangeReport", 11),
    ] {
        let world = world().await;
        let directive = match device {
            "door" => directive("door", "Alexa.LockController", "Unlock", json!({})),
            _ => turn_on(),
        };
        let watched = watched(Waiting, &world, directive, Some(done)).await;
        let events: Vec<_> = watched.events.iter().map(|event| name(event).1).collect();
        assert_eq!(events, [event_], "{device} {done} s");
        assert_eq!(watched.looks.len(), looks, "{device} {done} s: {:?}", watched.looks);
        assert_eq!(asked(&world), looks, "{device} {done} s: one request a look");
    }
}

#[tokio::test]
async fn a_device_that_never_does_it_is_looked_at_so_often_and_no_more() {
    for kind in [Waiting, Adaptive] {
        let world = world().await;
        let watched = watched(kind, &world, turn_on(), None).await;
        assert_eq!(watched.looks, [1, 2, 3, 4, 5, 7, 9, 12, 15, 18, 48, 108, 228], "{kind:?}");
        assert_eq!(watched.looks.len() as u64, Look::MOST);
        assert!(watched.events.is_empty());
        assert!(world.log().contains("often enough"));
    }
}

#[tokio::test]
async fn nothing_runs_where_nobody_waits() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    let pending = world.memory.items("pending").remove(0);
    let with = |name: &str, value: Value| {
        let mut other = pending.clone();
        other[name] = value;
        other
    };
    let intent = with("status", json!("INTENT"));
    for (what, before, after) in [
        ("a write that follows", intent.clone(), pending.clone()),
        ("an item that is deleted", pending.clone(), Value::Null),
        ("one that is put back as it was", Value::Null, with("status", json!("DONE"))),
        ("one that has expired", Value::Null, {
            let mut old = intent.clone();
            old["expires"] = json!(world.now() / 1_000);
            old
        }),
    ] {
        for kind in [Waiting, Adaptive] {
            kind.start(&world, &streamed(&[(before.clone(), after.clone())])).await;
            assert!(world.take(LOOKS).is_empty(), "{what}");
        }
    }
    world.start_looks(&streamed(&[(Value::Null, intent)])).await;
    assert_eq!(world.take(LOOKS).len(), 1);
}

#[tokio::test]
async fn a_look_that_comes_twice_is_one_look() {
    for kind in [Waiting, Adaptive] {
        let world = world().await;
        let deferred = deferred(&world, turn_on()).await;
        world.request(&[deferred]).await;
        // The stream tells of it twice, and each look comes three times.
        let inserted = world.inserted("m-1");
        kind.start(&world, &inserted).await;
        kind.start(&world, &inserted).await;
        for turn in 1..=4 {
            let looks = world.take(LOOKS);
            assert_eq!(looks.len(), if turn == 1 { 2 } else { 1 }, "{kind:?} {turn}");
            world.advance(1.0);
            if turn == 4 {
                world.acme.carry_out().await;
            }
            let thrice = [looks.clone(), looks.clone(), looks].concat();
            assert!(kind.watch(&world, &thrice).await.is_empty());
            assert_eq!(asked(&world), turn, "{kind:?}");
        }
        let changes = world.take(CHANGES);
        assert_eq!(changes.len(), 1);
        world.respond(&[changes.clone(), changes].concat()).await;
        assert_eq!(world.answers().len(), 1);
        assert!(world.take(LOOKS).is_empty(), "{kind:?}: nobody looks any more");
    }
}

#[tokio::test]
async fn a_lost_reply_costs_neither_a_look_nor_an_answer() {
    for (what, calls) in [(LOOKS, 1), (CHANGES, 1), ("pending", 1), ("pending", 2), ("habits", 1)] {
        for kind in [Waiting, Adaptive] {
            let world = world().await;
            let deferred = deferred(&world, turn_on()).await;
            world.request(&[deferred]).await;
            kind.start(&world, &world.inserted("m-1")).await;
            let mut looks = world.take(LOOKS);
            let mut events = Vec::new();
            for turn in 1..=3 {
                world.advance(1.0);
                if turn == 3 {
                    world.acme.carry_out().await;
                }
                world.memory.lose_replies(what, calls);
                assert!(kind.watch(&world, &looks).await.is_empty(), "{what} {turn}");
                world.memory.lose_replies(what, 0);
                assert_eq!(asked(&world), turn, "{what} {turn}");
                looks = world.take(LOOKS);
                let changes = world.take(CHANGES);
                assert!(world.respond(&changes).await.is_empty());
                events.extend(world.answers());
            }
            let names: Vec<_> = events.iter().map(|event| name(event).1).collect();
            assert_eq!(names, ["Response"], "{what}");
        }
    }
}

#[tokio::test]
async fn a_look_whose_run_has_died_is_begun_again() {
    for (ago, looks) in [(100, 0), (3_900, 0), (4_100, 1)] {
        let world = world().await;
        let deferred = deferred(&world, turn_on()).await;
        world.request(&[deferred]).await;
        world.start_looks(&world.inserted("m-1")).await;
        let first = world.take(LOOKS);
        world.advance(5.0);
        let [pending] = <[_; 1]>::try_from(world.pending()).expect("one");
        let died = Pending { looked: 1, looked_at: world.now() - ago, ..pending };
        world.memory.store("pending", &died).expect("memory");
        assert!(world.watch(&first).await.is_empty());
        assert_eq!(asked(&world), looks, "{ago}");
        assert_eq!(world.take(LOOKS).len(), looks, "{ago}");
        // One that was followed by another is not begun again.
        world.advance(60.0);
        let followed = Pending { looked: 2, looked_at: world.now() - 50_000, ..died };
        world.memory.store("pending", &followed).expect("memory");
        world.watch(&first).await;
        assert_eq!(asked(&world), looks, "{ago}");
    }
}

#[tokio::test]
async fn a_device_that_cannot_be_asked_is_asked_again_at_the_next_look() {
    for (what, trouble) in [
        ("an error", Trouble::status(500)),
        ("too many requests", Trouble::status(429)),
        ("no answer", Trouble::hang_up()),
        ("no state", Trouble::answer(200, json!({ "on": TOKEN }))),
        ("out of reach", Trouble::answer(200, json!({ "on": true, "reachable": false }))),
    ] {
        let world = world().await;
        let deferred = deferred(&world, turn_on()).await;
        world.request(&[deferred]).await;
        world.acme.carry_out().await;
        world.start_looks(&world.inserted("m-1")).await;
        world.acme.give(trouble.on("GET"));
        for turn in 1..=2 {
            world.advance(1.0);
            assert!(world.watch(&world.take(LOOKS)).await.is_empty(), "{what}");
            assert_eq!(asked(&world), turn, "{what}: the next look is the second attempt");
        }
        assert!(world.respond(&world.take(CHANGES)).await.is_empty());
        assert_eq!(name(&world.answers()[0]).1, "Response", "{what}");
    }
}

#[tokio::test]
async fn a_look_that_fails_comes_again() {
    for what in [LOOKS, CHANGES, "pending"] {
        let world = world().await;
        let deferred = deferred(&world, turn_on()).await;
        world.request(&[deferred]).await;
        world.start_looks(&world.inserted("m-1")).await;
        let first = world.take(LOOKS);
        if what == CHANGES {
            world.acme.carry_out().await;
        }
        world.memory.set_failing(what, true);
        assert_eq!(world.watch(&first).await, [0], "{what}");
        world.memory.set_failing(what, false);
        // After the queue's visibility timeout.
        world.advance(18.0);
        assert!(world.watch(&first).await.is_empty(), "{what}");
        assert_eq!(world.take(LOOKS).len() + world.take(CHANGES).len(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_habit_is_learnt_and_saves_requests() {
    // A blind that takes between three and four seconds.
    let mut asked_by = Vec::new();
    for kind in [Waiting, Adaptive] {
        let world = world().await;
        let mut last = 0;
        for number in 0..12 {
            world.acme.touch("ann", "lamp", json!({ "on": false }));
            let id = format!("m-{number}");
            let on = directive_with_id(&id, "lamp", "Alexa.PowerController", "TurnOn", json!({}));
            let before = asked(&world);
            let watched = watched(kind, &world, on, Some(4)).await;
            let events: Vec<_> = watched.events.iter().map(|event| name(event).1).collect();
            assert_eq!(events, ["Response"], "{kind:?} {number}");
            last = asked(&world) - before;
        }
        asked_by.push(last);
        assert_eq!(world.memory.items("habits").len(), usize::from(kind == Adaptive));
        if kind == Adaptive {
            let habit = &world.memory.items("habits")[0];
            assert_eq!(habit["lessons"], 12);
            let days = (habit["expires"].as_u64().expect("seconds") - world.now() / 1_000) / 86_400;
            assert!((89..=90).contains(&days), "{habit}");
        }
    }
    assert_eq!(asked_by[0], 4, "every second");
    assert!(asked_by[1] <= 2, "{asked_by:?}");
}

#[tokio::test]
async fn a_habit_never_makes_an_answer_late() {
    let world = world().await;
    // A device that is mostly slow: what was learnt is more than a light is waited for.
    let slow = json!({ "device": "ann lamp", "typical": 50_000, "lessons": 3, "expires": 0 });
    let slow: alexa_patterns::message::Habit = serde_json::from_value(slow).expect("a habit");
    world.memory.store("habits", &slow).expect("memory");
    let watched = watched(Adaptive, &world, turn_on(), Some(1)).await;
    assert_eq!(watched.looks, [4], "with a second left for the answer");
    assert_eq!(name(&watched.events[0]).1, "Response");
}

#[tokio::test]
async fn habits_that_cannot_be_read_or_written_cost_no_answer() {
    let world = world().await;
    world.acme.add("ann", TOKEN, [("other", Device::bulb())]);
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    world.memory.set_failing("habits", true);
    world.start_looks_adaptively(&world.inserted("m-1")).await;
    let looks = world.take(LOOKS);
    assert_eq!(looks[0].delay, 1, "as if nothing were known");
    world.acme.carry_out().await;
    assert!(world.watch_adaptively(&looks).await.is_empty());
    world.respond(&world.take(CHANGES)).await;
    assert_eq!(world.answers().len(), 1);
}

#[tokio::test]
async fn a_request_that_somebody_has_claimed_and_not_answered_is_looked_after() {
    let world = world().await;
    let deferred = deferred(&world, turn_on()).await;
    world.request(&[deferred]).await;
    world.start_looks(&world.inserted("m-1")).await;
    let [pending] = <[_; 1]>::try_from(world.pending()).expect("one");
    let claimed_at = world.now();
    let died = Pending { status: PendingStatus::Claimed, claimed_at, ..pending };
    world.memory.store("pending", &died).expect("memory");
    world.acme.carry_out().await;
    world.advance(1.0);
    assert!(world.watch(&world.take(LOOKS)).await.is_empty());
    assert_eq!(asked(&world), 0, "who has claimed it may be alive");
    let looks = world.take(LOOKS);
    assert_eq!(looks.len(), 1, "and may not");
    world.advance(16.0);
    world.watch(&looks).await;
    world.respond(&world.take(CHANGES)).await;
    assert_eq!(name(&world.answers()[0]).1, "ChangeReport");
}

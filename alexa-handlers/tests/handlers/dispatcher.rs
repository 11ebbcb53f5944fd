//! The dispatcher: events to Alexa, authorised.

use crate::support::*;
use alexa_doubles::{Rotation, Trouble};
use alexa_patterns::message::{
    Answer, Asked, Cause, Command, CorrelationToken, Devices, EndpointId, ErrorType, Event,
    EventBody, MessageId, Power, Property, State,
};
use net_runtime::{Clock as _, Parcel};
use serde_json::{Value, json};
use std::{
    slice::from_ref,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

fn state(world: &World) -> State {
    State::at(world.memory.now().into(), [Property::Power(Power::On)])
}

fn whole_state(world: &World) -> State {
    let dim = alexa_patterns::message::Percent::nearest(7);
    state(world).and(State::at(world.memory.now().into(), [Property::Brightness(dim)]))
}

/// Each is another event.
fn answer(body: EventBody, deadline: Option<u64>) -> Parcel {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    answer_with_id(&NUMBER.fetch_add(1, Ordering::Relaxed).to_string(), body, deadline)
}

fn answer_with_id(id: &str, body: EventBody, deadline: Option<u64>) -> Parcel {
    let event = Event { id: MessageId::new(id).expect("an id"), body };
    let asked = Asked { customer: "l-1".to_owned(), command: Command::Power(Power::On) };
    let asked = event.body.correlation().map(|_| asked);
    parcel(&Answer { event, user: "ann".to_owned(), asked }, deadline)
}

fn correlation() -> CorrelationToken {
    CorrelationToken::new(CORRELATION).expect("a token")
}

fn lamp() -> EndpointId {
    EndpointId::new("lamp").expect("an id")
}

fn response(world: &World) -> Parcel {
    let body = EventBody::Response {
        correlation: correlation(),
        endpoint: lamp(),
        state: whole_state(world),
    };
    answer(body, Some(world.now() + 6_000))
}

fn failure(world: &World) -> Parcel {
    let body = EventBody::ErrorResponse {
        correlation: Some(correlation()),
        endpoint: Some(lamp()),
        error: ErrorType::EndpointBusy,
        message: "busy".to_owned(),
    };
    answer(body, Some(world.now() + 6_000))
}

fn report(world: &World, unchanged: State) -> Parcel {
    let body = EventBody::ChangeReport {
        endpoint: lamp(),
        cause: Cause::PeriodicPoll,
        changed: state(world),
        unchanged,
    };
    answer(body, None)
}

fn exception(code: &str) -> Value {
    json!({
        "header": { "namespace": "System", "name": "Exception", "messageId": "1" },
        "payload": { "code": code, "description": "hush, this is no text for a log" },
    })
}

/// How often Login with Amazon was asked, and the gateway.
fn asked(world: &World) -> (usize, usize) {
    (world.login.exchanges().len(), world.gateway.exchanges().len())
}

#[tokio::test]
async fn an_event_is_authorised_in_its_header_and_in_its_scope() {
    let world = World::granted().await;
    for event in [response(&world), failure(&world), report(&world, State::new())] {
        assert!(world.dispatch(&[event]).await.is_empty());
    }
    // The gateway double checks both, and the schema.
    let names: Vec<_> = world.gateway.taken().iter().map(|it| it.name().to_owned()).collect();
    assert_eq!(names, ["Response", "ErrorResponse", "ChangeReport"]);
    assert!(world.gateway.refused().is_empty());
    let asked = &world.gateway.exchanges()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/v3/events"));
    assert!(!asked.body.contains(TOKEN), "the token of account linking is not Amazon's");
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum End {
    /// The message is done with.
    Done,
    /// It comes again, and is put aside in the end.
    Again,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Left {
    Kept,
    /// Nothing is reported for a while.
    Quiet,
    Dropped,
}

/// The gateway's table: what it answers always, then: how the message ends, what is left of the grant,
/// how often Login with Amazon and the gateway are asked.
type Row = (u16, Value, End, Left, (usize, usize));

fn gateway_table() -> Vec<Row> {
    use End::*;
    use Left::*;
    let other_name = |code: &str| json!({ "payload": { "type": code, "message": "hush" } });
    vec![
        (202, Value::Null, Done, Kept, (0, 1)),
        (200, json!("hush"), Done, Kept, (0, 1)),
        (204, Value::Null, Done, Kept, (0, 1)),
        (400, exception("INVALID_REQUEST_EXCEPTION"), Again, Kept, (0, 1)),
        (400, Value::Null, Again, Kept, (0, 1)),
        (401, exception("INVALID_ACCESS_TOKEN_EXCEPTION"), Again, Quiet, (1, 2)),
        (401, json!("<html>"), Again, Quiet, (1, 2)),
        (401, exception("SKILL_DISABLED_EXCEPTION"), Again, Quiet, (0, 1)),
        (403, exception("SKILL_DISABLED_EXCEPTION"), Again, Quiet, (0, 1)),
        (403, other_name("SKILL_DISABLED_EXCEPTION"), Again, Quiet, (0, 1)),
        (403, json!({ "error": "skill_not_enabled" }), Again, Quiet, (0, 1)),
        (500, json!({ "message": "no SkillIdentifier for hush" }), Again, Quiet, (0, 1)),
        (403, exception("INSUFFICIENT_PERMISSION_EXCEPTION"), Done, Kept, (0, 1)),
        (403, exception("SOMETHING_NEW"), Again, Kept, (1, 2)),
        (403, Value::Null, Again, Kept, (1, 2)),
        (403, json!([["hush"]]), Again, Kept, (1, 2)),
        (404, exception("SKILL_NOT_FOUND_EXCEPTION"), Done, Kept, (0, 1)),
        // With its state, and without.
        (413, exception("REQUEST_ENTITY_TOO_LARGE_EXCEPTION"), Again, Kept, (0, 2)),
        (418, exception("hush is no code"), Again, Kept, (0, 1)),
        // With less than a second left there is no time for these to come again.
        (408, Value::Null, Again, Kept, (0, 1)),
        (429, exception("THROTTLING_EXCEPTION"), Again, Kept, (0, 1)),
        (500, exception("INTERNAL_SERVICE_EXCEPTION"), Again, Kept, (0, 1)),
        (502, json!("<html>"), Again, Kept, (0, 1)),
        (503, exception("SERVICE_UNAVAILABLE_EXCEPTION"), Again, Kept, (0, 1)),
        (504, Value::Null, Again, Kept, (0, 1)),
    ]
}

#[tokio::test]
async fn what_the_gateway_says_is_done() {
    for (status, body, end, left, expected) in gateway_table() {
        let world = World::granted().await;
        let before = world.grants();
        world.gateway.give(Trouble::answer(status, body.clone()).always());
        let mut event = response(&world);
        event.deadline = Some(world.now() + 900);
        let failed = world.dispatch(&[event]).await;
        let what = format!("{status} {body}");
        assert_eq!(failed.is_empty(), end == End::Done, "{what}");
        let grants = world.grants();
        match left {
            Left::Dropped => assert!(grants.is_empty(), "{what}"),
            left => {
                assert_eq!(grants[0].quiet_until > world.now(), left == Left::Quiet, "{what}");
                assert_eq!(grants[0].refresh_token, before[0].refresh_token, "{what}");
            }
        }
        assert_eq!(asked(&world), expected, "{what}");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_refreshed_once_and_the_event_sent_again() {
    for (status, code) in
        [(401, "INVALID_ACCESS_TOKEN_EXCEPTION"), (403, ""), (403, "SOMETHING_NEW")]
    {
        let world = World::granted().await;
        let before = world.grants().remove(0);
        world.gateway.give(Trouble::answer(status, exception(code)));
        assert!(world.dispatch(&[response(&world)]).await.is_empty(), "{status} {code}");
        assert_eq!(world.gateway.taken().len(), 1);
        assert_eq!(asked(&world), (1, 2));
        let after = world.grants().remove(0);
        assert_ne!(after.access_token, before.access_token);
        let ids = world.gateway.exchanges();
        let id = |number: usize| ids[number].json()["event"]["header"]["messageId"].clone();
        assert_eq!(id(0), id(1), "it is the same message");
    }
}

#[tokio::test]
async fn a_user_who_has_taken_back_the_leave_is_forgotten() {
    for (status, code) in [(401, "INVALID_ACCESS_TOKEN_EXCEPTION"), (403, "")] {
        let world = World::granted().await;
        world.gateway.give(Trouble::answer(status, exception(code)));
        world.login.give(Trouble::answer(400, json!({ "error": "invalid_grant" })));
        assert!(world.dispatch(&[response(&world)]).await.is_empty());
        assert!(world.grants().is_empty(), "{status} {code}");
        assert_eq!(world.gateway.taken().len(), 0);
    }
    let world = World::granted().await;
    world.login.revoke("ann");
    assert!(world.dispatch(&[report(&world, State::new())]).await.is_empty());
    assert!(world.grants().is_empty());
}

#[tokio::test]
async fn what_the_gateway_refuses_ends_reports_for_a_while_and_nothing_for_good() {
    for trouble in [
        Trouble::answer(403, exception("SKILL_DISABLED_EXCEPTION")),
        Trouble::status(401),
        Trouble::answer(403, json!({ "error": "skill_not_enabled" })),
    ] {
        let world = World::granted().await;
        let report = || report(&world, State::new());
        world.gateway.give(trouble.clone().always());
        assert!(world.dispatch(&[report()]).await.is_empty(), "a report is dropped");
        let before = asked(&world);
        assert!(world.dispatch(&[report()]).await.is_empty());
        assert_eq!(asked(&world), before, "nobody is asked");

        // It lapses by itself; what is still refused is not asked for again at once.
        world.advance(601.0);
        assert!(world.dispatch(&[report()]).await.is_empty());
        assert!(asked(&world).1 > before.1);
        let before = asked(&world);
        assert!(world.dispatch(&[report()]).await.is_empty());
        assert_eq!(asked(&world), before);

        // A directive proves that the skill is enabled: its answer is sent, and reports go on.
        world.gateway.relent();
        assert_eq!(name(&world.ask(turn_on()).await).1, "DeferredResponse");
        assert!(world.dispatch(&[response(&world)]).await.is_empty());
        assert!(world.dispatch(&[report()]).await.is_empty());
        let names: Vec<_> = world.gateway.taken().iter().map(|it| it.name().to_owned()).collect();
        assert_eq!(names, ["Response", "ChangeReport"]);
        assert_eq!(world.grants()[0].quiet_until, 0);
    }
}

#[tokio::test]
async fn without_a_grant_nothing_is_sent_and_nothing_fails() {
    let world = World::start().await;
    assert!(world.dispatch(&[response(&world)]).await.is_empty());
    assert!(world.dispatch(&[report(&world, State::new())]).await.is_empty());
    assert_eq!(asked(&world), (0, 0));
}

#[tokio::test]
async fn what_is_taken_later_is_sent_again_a_second_later() {
    let attempt = async |trouble: Trouble| {
        let world = World::granted().await;
        world.gateway.give(trouble);
        let before = world.now();
        assert!(world.dispatch(&[response(&world)]).await.is_empty());
        assert!(world.now() - before >= 1_000, "Alexa wants a second between attempts");
        assert_eq!(world.gateway.taken().len(), 1);
    };
    // One after the other: each has a log of its own.
    for trouble in [Trouble::hang_up(), Trouble::status(503)] {
        attempt(trouble).await;
    }
}

/// The gateway says when to come again: not before that, and not at all if that is after the deadline.
#[tokio::test]
async fn an_event_that_is_throttled_comes_again_when_the_gateway_says() {
    let world = World::granted().await;
    world.gateway.give(Trouble::status(429).retry_after(3));
    let before = world.now();
    assert!(world.dispatch(&[response(&world)]).await.is_empty());
    assert!(world.now() - before >= 3_000, "{}", world.now() - before);
    assert_eq!(world.gateway.taken().len(), 1);

    drop(world);
    let world = World::granted().await;
    world.gateway.give(Trouble::status(429).retry_after(3_600));
    let before = world.now();
    assert_eq!(world.dispatch(&[response(&world)]).await, [0], "it is left to the queue");
    assert_eq!(world.gateway.exchanges().len(), 1);
    assert!(world.now() - before < 3_600_000);
}

#[tokio::test]
async fn it_is_sent_four_times_at_the_most_as_the_same_message() {
    let world = World::granted().await;
    world.gateway.give(Trouble::status(429).always());
    assert_eq!(world.dispatch(&[report(&world, State::new())]).await, [0]);
    let asked = world.gateway.exchanges();
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|it| it.body == asked[0].body));
}

#[tokio::test]
async fn an_event_too_large_is_sent_without_what_has_not_changed() {
    let world = World::granted().await;
    world.gateway.give(Trouble::status(413));
    let event = report(&world, state(&world));
    assert!(world.dispatch(&[event]).await.is_empty());
    let taken = world.gateway.taken();
    assert_eq!(taken[0].event["context"]["properties"], json!([]));
    let changed = &taken[0].event["event"]["payload"]["change"]["properties"];
    assert_eq!(changed.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn whatever_is_too_large_shrinks_as_far_as_it_can() {
    let connected = |state: State| {
        let property = Property::Connectivity(alexa_patterns::message::Connectivity::Ok);
        let time = std::time::SystemTime::UNIX_EPOCH.into();
        state.or(alexa_patterns::message::Sample { property, time, uncertainty: 0 })
    };
    let known = |event: &Value| event["context"]["properties"].as_array().map(Vec::len);
    let world = World::granted().await;
    let unchanged = || {
        let dim = alexa_patterns::message::Percent::nearest(7);
        connected(State::at(world.memory.now().into(), [Property::Brightness(dim)]))
    };
    // Everything but connectivity goes first, and then that.
    for (times, left) in [(0, 2), (1, 1), (2, 0)] {
        world.gateway.give(Trouble::status(413).times(times));
        assert!(world.dispatch(&[report(&world, unchanged())]).await.is_empty());
        let taken = world.gateway.taken().pop().expect("it is taken");
        assert_eq!(known(&taken.event), Some(left));
        world.gateway.relent();
    }
    world.gateway.give(Trouble::status(413));
    assert!(world.dispatch(&[response(&world)]).await.is_empty());
    let taken = world.gateway.taken().pop().expect("it is taken");
    assert_eq!((taken.name(), known(&taken.event)), ("Response", Some(0)));
    world.gateway.give(Trouble::status(413));
    let body = EventBody::ErrorResponse {
        correlation: Some(correlation()),
        endpoint: Some(lamp()),
        error: ErrorType::EndpointBusy,
        message: "é".repeat(100_000),
    };
    assert!(world.dispatch(&[answer(body, Some(world.now() + 6_000))]).await.is_empty());
    let taken = world.gateway.taken().pop().expect("it is taken");
    assert_eq!(taken.event["event"]["payload"]["message"], "é".repeat(100));
}

#[tokio::test]
async fn after_its_deadline_an_answer_is_reported_as_a_change_or_not_at_all() {
    for (event, name_) in [
        (response as fn(&World) -> Parcel, Some("ChangeReport")),
        (failure, None),
        (|world| report(world, State::new()), Some("ChangeReport")),
    ] {
        let world = World::granted().await;
        let event = event(&world);
        world.advance(6.5);
        assert!(world.dispatch(&[event]).await.is_empty());
        let taken = world.gateway.taken();
        assert_eq!(taken.first().map(|it| it.name()), name_);
        assert!(world.gateway.answers(CORRELATION).is_empty());
    }
    let world = World::granted().await;
    let event = response(&world);
    world.advance(6.5);
    world.dispatch(&[event]).await;
    let taken = world.gateway.taken().remove(0).event;
    let change = &taken["event"]["payload"]["change"];
    assert_eq!(change["cause"]["type"], "VOICE_INTERACTION");
    let names = |list: &Value| {
        let all = list.as_array().into_iter().flatten();
        all.filter_map(|it| it["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(names(&change["properties"]), ["powerState"], "what was asked for has changed");
    assert_eq!(names(&taken["context"]["properties"]), ["brightness"], "and nothing else");
}

#[tokio::test]
async fn a_deadline_that_passes_on_the_way_turns_an_answer_into_a_report() {
    for (status, then) in
        [(401, Trouble::slow(Duration::ZERO)), (403, Trouble::slow(Duration::ZERO))]
    {
        let world = World::granted().await;
        world.gateway.give(Trouble::status(status).later(Duration::from_millis(150)));
        world.gateway.give(then);
        let clock = world.memory.clone();
        let later = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            clock.advance(Duration::from_secs(10));
        };
        let event = response(&world);
        let (failed, ()) = tokio::join!(world.dispatch(from_ref(&event)), later);
        assert!(failed.is_empty());
        assert!(world.gateway.answers(CORRELATION).is_empty(), "nobody waits any more");
        assert_eq!(world.gateway.taken()[0].name(), "ChangeReport");
    }
}

#[tokio::test]
async fn a_token_is_refreshed_five_minutes_before_it_runs_out() {
    for (age, refreshes) in [(0.0, 0), (3_299.0, 0), (3_301.0, 1), (3_601.0, 1), (90_000.0, 1)] {
        for rotation in [Rotation::None, Rotation::New, Rotation::SingleUse] {
            let world = World::granted().await;
            world.login.set_rotation(rotation);
            let before = world.grants().remove(0);
            world.advance(age);
            assert!(world.dispatch(&[response(&world)]).await.is_empty());
            assert_eq!(asked(&world), (refreshes, 1), "{age} s, {rotation:?}");
            assert_eq!(world.gateway.taken().len(), 1, "{age} s, {rotation:?}");
            let after = world.grants().remove(0);
            let rotated = refreshes == 1 && rotation != Rotation::None;
            assert_eq!(
                after.refresh_token != before.refresh_token,
                rotated,
                "{age} s, {rotation:?}"
            );
            if refreshes == 1 {
                let expires = world.now() + 3_600_000;
                assert!(expires - after.expires_at < 5_000, "it counts from before the request");
            }
            // And again, with what is stored.
            world.advance(3_400.0);
            assert!(world.dispatch(&[response(&world)]).await.is_empty());
            assert_eq!(world.gateway.taken().len(), 2, "{age} s, {rotation:?}");
        }
    }
}

#[tokio::test]
async fn a_refresh_that_fails_is_ours_or_the_users_or_passes() {
    let oauth = |error: &str| json!({ "error": error, "error_description": "hush" });
    for (what, trouble, end, left, tries) in [
        (
            "invalid_request",
            Trouble::answer(400, oauth("invalid_request")),
            End::Again,
            Left::Kept,
            1,
        ),
        (
            "invalid_client",
            Trouble::answer(401, oauth("invalid_client")),
            End::Again,
            Left::Kept,
            1,
        ),
        (
            "invalid_grant",
            Trouble::answer(400, oauth("invalid_grant")),
            End::Done,
            Left::Dropped,
            1,
        ),
        (
            "unauthorized_client",
            Trouble::answer(400, oauth("unauthorized_client")),
            End::Again,
            Left::Kept,
            1,
        ),
        (
            "unsupported_grant_type",
            Trouble::answer(400, oauth("unsupported_grant_type")),
            End::Again,
            Left::Kept,
            1,
        ),
        ("something new", Trouble::answer(400, oauth("hush_new")), End::Again, Left::Kept, 1),
        ("ServerError", Trouble::answer(500, oauth("ServerError")), End::Again, Left::Kept, 5),
        ("no JSON", Trouble::answer(200, "hush"), End::Again, Left::Kept, 1),
        (
            "no token",
            Trouble::answer(200, json!({ "access_token": "" })),
            End::Again,
            Left::Kept,
            1,
        ),
        ("no answer", Trouble::hang_up(), End::Again, Left::Kept, 5),
    ] {
        let world = World::granted().await;
        let mut stale = world.grants().remove(0);
        stale.expires_at = world.now();
        world.store(&stale).await;
        world.login.give(trouble.always());
        let failed = world.dispatch(&[response(&world)]).await;
        assert_eq!(failed.is_empty(), end == End::Done, "{what}");
        assert_eq!(world.grants().is_empty(), left == Left::Dropped, "{what}");
        assert_eq!(asked(&world), (tries, 0), "{what}");
        // Once the trouble is over, what came again is sent.
        world.login.relent();
        if left == Left::Kept {
            assert!(world.dispatch(&[response(&world)]).await.is_empty(), "{what}");
            assert_eq!(world.gateway.taken().len(), 1, "{what}");
        }
    }
}

#[tokio::test]
async fn a_refresh_is_asked_for_as_a_form_with_the_skills_client() {
    let world = World::granted().await;
    world.advance(3_400.0);
    world.dispatch(&[response(&world)]).await;
    let asked = world.login.exchanges().remove(0);
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/auth/o2/token"));
    assert!(asked.headers["content-type"].starts_with("application/x-www-form-urlencoded"));
    let mut names: Vec<_> = asked.body.split('&').filter_map(|it| it.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["client_id", "client_secret", "grant_type", "refresh_token"]);
}

#[tokio::test]
async fn two_dispatchers_that_refresh_at_once_both_send_and_the_grant_stays_good() {
    for rotation in [Rotation::None, Rotation::New, Rotation::SingleUse] {
        // The one that is refused may be told so before or after the other has its tokens.
        let lates: &[u64] =
            if rotation == Rotation::SingleUse { &[0, 300, 1_200] } else { &[0, 100] };
        for &late in lates {
            let world = World::granted().await;
            world.login.set_rotation(rotation);
            world.advance(3_400.0);
            world.login.give(Trouble::slow(Duration::from_millis(late)));
            let events = [response(&world), report(&world, State::new())];
            let (one, other) = tokio::join!(
                world.dispatch(from_ref(&events[0])),
                world.dispatch(from_ref(&events[1])),
            );
            let what = format!("{rotation:?}, {late} ms");
            assert!(one.is_empty() && other.is_empty(), "{what}");
            assert_eq!(world.grants().len(), 1, "{what}");
            // Who has waited for the other's tokens for a second gives up.
            let lost = usize::from(rotation == Rotation::SingleUse && late == 1_200);
            assert_eq!(world.gateway.taken().len(), 2 - lost, "{what}");
            world.advance(3_400.0);
            assert!(world.dispatch(&[response(&world)]).await.is_empty(), "{what}");
            assert_eq!(world.gateway.taken().len(), 3 - lost, "{what}: what is stored is good");
        }
    }
}

#[tokio::test]
async fn a_new_grant_is_not_dropped_for_an_old_ones_sake() {
    // While an old token is refused, the user enables the skill again.
    for trouble in
        [Trouble::answer(403, exception("SKILL_DISABLED_EXCEPTION")), Trouble::status(401).times(2)]
    {
        let world = World::granted().await;
        world.gateway.give(trouble.later(Duration::from_millis(150)));
        let event = response(&world);
        let enabling = async {
            tokio::time::sleep(Duration::from_millis(60)).await;
            world.ask(accept_grant(&world.login.code("ann"))).await
        };
        let (_, granted) = tokio::join!(world.dispatch(from_ref(&event)), enabling);
        assert_eq!(name(&granted).1, "AcceptGrant.Response");
        let [grant] = <[_; 1]>::try_from(world.grants()).expect("the new grant");
        assert!(world.login.user(grant.access_token.expose()).is_some());
    }
}

#[tokio::test]
async fn an_event_of_a_batch_that_fails_takes_no_other_down() {
    let world = World::granted().await;
    let good = response(&world);
    let bad = Parcel { body: r#"{"user":"ann"}"#.to_owned(), ..good.clone() };
    assert_eq!(world.dispatch(&[bad, good]).await, [0]);
    assert_eq!(world.gateway.taken().len(), 1);
    let world = World::granted().await;
    world.memory.set_failing("grants", true);
    assert_eq!(world.dispatch(&[response(&world)]).await, [0]);
}

#[tokio::test]
async fn what_belongs_into_no_gateway_is_not_taken_and_said_to_be_wrong() {
    let world = World::granted().await;
    for body in [
        EventBody::AcceptGrantResponse,
        EventBody::DiscoverResponse { devices: Devices::default() },
        EventBody::DeferredResponse { correlation: correlation(), seconds: None },
    ] {
        assert_eq!(world.dispatch(&[answer(body, None)]).await, [0]);
    }
    assert_eq!(world.gateway.refused().len(), 3);
}

#[tokio::test]
async fn a_gateway_that_is_away_is_tried_for_as_long_as_the_deadline_allows() {
    let world = World::granted().await;
    world.gateway.stop();
    tokio::time::sleep(Duration::from_millis(10)).await;
    let mut event = response(&world);
    event.deadline = Some(world.now() + 800);
    let before = world.now();
    assert_eq!(world.dispatch(&[event]).await, [0]);
    assert!(world.now() - before < 1_000);
}

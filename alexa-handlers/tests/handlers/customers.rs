//! Several people with one account of the manufacturer's: each has an Alexa of their own.

use crate::support::*;
use alexa_doubles::{Device, Pace, Pushes};
use alexa_patterns::message::Region;
use serde_json::{Value, json};

/// By which Acme knows Bob, who has linked Ann's account too.
const BOB: &str = "hush-token-of-bob";

/// A household whose members have linked one account, and given permission each.
async fn household() -> World {
    let world = World::start().await;
    world.acme.add("ann", BOB, [("lamp", Device::bulb())]);
    for (token, customer) in [(TOKEN, "ann"), (BOB, "bob")] {
        let code = world.login.code(customer);
        let answer = world.ask(accept_grant_of(token, &code)).await;
        assert_eq!(name(&answer).1, "AcceptGrant.Response");
    }
    world
}

/// A directive of whoever has a token.
fn by(token: &str, id: &str, mut directive: Value) -> Value {
    directive["directive"]["endpoint"]["scope"]["token"] = token.into();
    directive["directive"]["header"]["messageId"] = id.into();
    directive["directive"]["header"]["correlationToken"] = format!("{CORRELATION}-{id}").into();
    directive
}

/// Whose tokens authorised the answers to a directive.
fn answered(world: &World, id: &str) -> Vec<String> {
    let answers = world.gateway.answers(&format!("{CORRELATION}-{id}"));
    answers.into_iter().map(|taken| taken.user).collect()
}

/// Takes what was deferred to its answer, by either kind of manufacturer's API.
async fn carry_through(world: &World, asynchronous: bool) {
    let deferred = world.take(DEFERRED);
    if asynchronous {
        world.acme.set_pace(Pace::WhenTold);
        world.request(&deferred).await;
        world.acme.carry_out().await;
        world.poll().await;
        world.respond(&world.take(CHANGES)).await;
    } else {
        world.sync(&deferred).await;
    }
    assert!(world.dispatch(&world.take(RESPONSES)).await.is_empty());
}

#[tokio::test]
async fn each_customer_has_a_grant_and_an_answer_goes_to_who_has_asked() {
    let world = household().await;
    assert_eq!(world.grants().len(), 2);
    for asynchronous in [false, true] {
        for (token, customer) in [(TOKEN, "ann"), (BOB, "bob")] {
            let id = format!("{customer}-{asynchronous}");
            let answer = world.ask(by(token, &id, turn_on())).await;
            assert_eq!(name(&answer).1, "DeferredResponse");
            carry_through(&world, asynchronous).await;
            assert_eq!(answered(&world, &id), [customer], "asynchronous: {asynchronous}");
        }
    }
}

/// What was sent since, as whom, in the order of names.
fn taken_since(world: &World, before: usize) -> Vec<(String, String)> {
    let taken = world.gateway.taken().split_off(before).into_iter();
    let mut taken: Vec<_> = taken.map(|it| (it.name().to_owned(), it.user)).collect();
    taken.sort_unstable();
    taken
}

#[tokio::test]
async fn what_one_customer_changes_by_voice_is_reported_to_the_others() {
    let world = household().await;
    for asynchronous in [false, true] {
        let before = world.gateway.taken().len();
        world.ask(by(TOKEN, &format!("on-{asynchronous}"), turn_on())).await;
        carry_through(&world, asynchronous).await;
        let pair = |name: &str, user: &str| (name.to_owned(), user.to_owned());
        let expected = [pair("ChangeReport", "bob"), pair("Response", "ann")];
        assert_eq!(taken_since(&world, before), expected, "asynchronous: {asynchronous}");
        let report = world.gateway.taken().into_iter().rfind(|it| it.name() == "ChangeReport");
        let change = &report.expect("a report").event["event"]["payload"]["change"];
        assert_eq!(change["cause"]["type"], "VOICE_INTERACTION");
        let [changed] = change["properties"].as_array().expect("a list").as_slice() else {
            panic!("one property has changed: {change}")
        };
        assert_eq!((&changed["name"], &changed["value"]), (&json!("powerState"), &json!("ON")));
    }
}

#[tokio::test]
async fn what_has_failed_is_told_to_who_has_asked_alone() {
    let world = household().await;
    let before = world.gateway.taken().len();
    world.ask(by(TOKEN, "failed", turn_on())).await;
    world.acme.give(alexa_doubles::Trouble::answer(409, json!({ "code": "broken" })).always());
    world.sync(&world.take(DEFERRED)).await;
    assert!(world.dispatch(&world.take(RESPONSES)).await.is_empty());
    assert_eq!(taken_since(&world, before), [("ErrorResponse".to_owned(), "ann".to_owned())]);
}

#[tokio::test]
async fn one_customers_trouble_sends_nothing_twice_to_another() {
    let world = household().await;
    world.ask(by(TOKEN, "once", turn_on())).await;
    world.sync(&world.take(DEFERRED)).await;
    let answers = world.take(RESPONSES);
    // Bob's token is fetched anew, which is out of order; Ann's is good.
    let mut bobs = world.grants().into_iter().find(|grant| grant.customer != "l-1").expect("Bob's");
    bobs.expires_at = world.now();
    world.store(&bobs).await;
    world.login.give(alexa_doubles::Trouble::status(503).always());
    let before = world.gateway.taken().len();
    assert_eq!(world.dispatch(&answers).await, [0]);
    assert_eq!(taken_since(&world, before), [("Response".to_owned(), "ann".to_owned())]);
    // It comes again, and goes to Bob alone.
    world.login.relent();
    let before = world.gateway.taken().len();
    assert_eq!(world.dispatch(&answers).await, [0; 0]);
    assert_eq!(taken_since(&world, before), [("ChangeReport".to_owned(), "bob".to_owned())]);
    assert_eq!(world.dispatch(&answers).await, [0; 0]);
    assert_eq!(world.gateway.taken().len(), before + 1);
}

#[tokio::test]
async fn a_report_goes_to_everybody_who_has_linked_the_account() {
    let world = household().await;
    let hook = crate::network::hook(&world).await;
    world.acme.set_pushes(Pushes::to(hook.url()));
    world.acme.touch("ann", "lamp", json!({ "on": true }));
    let reported = async || {
        let before = world.gateway.taken().len();
        assert_eq!(world.acme.push("ann", "lamp").await, [202]);
        world.respond(&world.take(CHANGES)).await;
        assert!(world.dispatch(&world.take(RESPONSES)).await.is_empty());
        let mut users: Vec<_> =
            world.gateway.taken().split_off(before).into_iter().map(|it| it.user).collect();
        users.sort_unstable();
        users
    };
    assert_eq!(reported().await, ["ann", "bob"]);
    // One who has disabled the skill keeps no other from it.
    world.gateway.disable("ann");
    assert_eq!(reported().await, ["bob"]);
    assert_eq!(reported().await, ["bob"]);
    assert_eq!(world.grants().len(), 2);
    // One whose permission is gone keeps no other from it either.
    world.login.revoke("ann");
    world.advance(3_400.0);
    assert_eq!(reported().await, ["bob"]);
    assert_eq!(world.grants().len(), 1);
}

#[tokio::test]
async fn a_late_answer_is_a_report_and_goes_to_everybody() {
    let world = household().await;
    world.ask(by(BOB, "late", turn_on())).await;
    world.sync(&world.take(DEFERRED)).await;
    world.advance(6.5);
    world.dispatch(&world.take(RESPONSES)).await;
    let taken = world.gateway.taken();
    let mut reported: Vec<_> = taken.iter().map(|it| (it.name(), it.user.as_str())).collect();
    reported.sort_unstable();
    assert_eq!(reported, [("ChangeReport", "ann"), ("ChangeReport", "bob")]);
}

#[tokio::test]
async fn a_customer_is_known_by_the_link_and_not_by_the_token() {
    let world = household().await;
    // Tokens of account linking run out, and are refreshed.
    world.acme.refresh(BOB, "hush-new-token-of-bob");
    let answer = world.ask(by("hush-new-token-of-bob", "new", turn_on())).await;
    assert_eq!(name(&answer).1, "DeferredResponse");
    world.sync(&world.take(DEFERRED)).await;
    world.dispatch(&world.take(RESPONSES)).await;
    assert_eq!(answered(&world, "new"), ["bob"]);
    // Who has given no permission is not answered with anybody else's.
    world.acme.add("ann", "hush-token-of-eve", [("lamp", Device::bulb())]);
    let answer = world.ask(by("hush-token-of-eve", "eve", turn_on())).await;
    assert_eq!(error(&answer), "INSUFFICIENT_PERMISSIONS");
}

#[tokio::test]
async fn a_grant_of_no_known_region_goes_where_the_network_is_bound_to() {
    let world = World::granted().await;
    for region in [None, Some(Region::FarEast)] {
        let mut grant = world.grants().remove(0);
        grant.region = region;
        world.store(&grant).await;
        let before = world.gateway.taken().len();
        world.ask(by(TOKEN, &format!("m-{before}"), turn_on())).await;
        world.sync(&world.take(DEFERRED)).await;
        assert!(world.dispatch(&world.take(RESPONSES)).await.is_empty());
        assert_eq!(world.gateway.taken().len(), before + 1, "{region:?}");
    }
}

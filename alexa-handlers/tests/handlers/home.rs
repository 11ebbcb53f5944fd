//! Grants that are kept on a hub in the user's home.

use crate::{entrypoint::every_command, support::*};
use alexa_doubles::{Hub, Rotation, Trouble, schema};
use alexa_handlers::{Dispatcher, Entrypoint, acme::Acme};
use alexa_patterns::{contract, message::Region};
use net_runtime::{Parcel, Runtime};
use serde_json::{Value, json};
use std::time::Duration;

/// A world whose grants are at home.
struct Home {
    world: World,
    hub: Hub,
}

impl std::ops::Deref for Home {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Home {
    async fn start() -> Home {
        let (world, hub) = (World::start().await, Hub::start().await);
        world.memory.set_secret("arn:hub", &hub.secret());
        // What must not be touched.
        world.memory.set_failing("grants", true);
        hub.install("ann");
        Home { world, hub }
    }

    /// The same, and Ann has given leave to send events.
    async fn granted() -> Home {
        let home = Home::start().await;
        let granted = home.ask(accept_grant(&home.login.code("ann"))).await;
        assert_eq!(name(&granted).1, "AcceptGrant.Response");
        home
    }

    fn runtime<C: net_dsl::Contract>(&self) -> Runtime<C> {
        let hub = [
            ("NET_CALLS_GRANT_HUB", self.hub.url().to_owned()),
            ("NET_SECRET_GRANT_HUB", "arn:hub".to_owned()),
        ];
        let bindings = self.world.bindings().into_iter().chain(hub);
        Runtime::new(self.memory.clone(), bindings).expect("every need is bound")
    }

    async fn ask(&self, directive: Value) -> Value {
        let runtime = self.runtime::<contract::HomeEntrypoint>();
        let entrypoint = Entrypoint::new(Acme, Region::Europe).reporting_changes(true);
        let answer = runtime.invoke(&entrypoint, directive).await.expect("it never fails");
        if let Err(why) = schema::synchronous(&answer) {
            panic!("Alexa would not take it, since {why}: {answer:#}");
        }
        answer
    }

    async fn dispatch(&self, parcels: &[Parcel]) -> Vec<Value> {
        let runtime = self.runtime::<contract::HomeDispatcher>();
        let done = runtime.invoke(&Dispatcher, queued(parcels)).await.expect("an answer");
        done["batchItemFailures"].as_array().expect("a list").clone()
    }

    /// An answer on its way to Alexa, each to a directive of its own.
    async fn answer(&self) -> Vec<Parcel> {
        let id = format!("m-{}", self.acme.exchanges().len());
        let on = directive_with_id(&id, "lamp", "Alexa.PowerController", "TurnOn", json!({}));
        assert_eq!(name(&self.ask(on).await).1, "DeferredResponse");
        assert!(self.world.sync(&self.take(DEFERRED)).await.is_empty());
        self.take(RESPONSES)
    }

    /// Has Ann's token run out.
    fn expire(&self) {
        let mut grant = self.hub.grants("ann").remove(0);
        grant["expires_at"] = json!(self.now());
        self.hub.store("ann", grant);
    }
}

#[tokio::test]
async fn a_grant_is_at_home_and_nowhere_else() {
    let home = Home::granted().await;
    let [grant] = <[_; 1]>::try_from(home.hub.grants("ann")).expect("one grant");
    assert_eq!(grant["user"], "ann");
    assert_eq!(grant["region"], "EUROPE");
    assert!(home.memory.items("grants").is_empty());
    for (number, (device, namespace, name_, payload)) in (0..3).zip(every_command()) {
        let id = format!("m-{number}");
        let answer = home.ask(directive_with_id(&id, device, namespace, name_, payload)).await;
        assert_eq!(name(&answer).1, "DeferredResponse", "{name_}");
    }
    home.world.sync(&home.take(DEFERRED)).await;
    assert!(home.dispatch(&home.take(RESPONSES)).await.is_empty());
    assert_eq!(home.gateway.taken().len(), 3);
    assert!(home.gateway.taken().iter().all(|taken| taken.user == "ann"));
}

#[tokio::test]
async fn where_the_hub_is_away_nothing_is_deferred_and_no_code_is_used_up() {
    let home = Home::granted().await;
    home.hub.set_away("ann", true);
    for _ in 0..2 {
        let answer = home.ask(turn_on()).await;
        assert_eq!(error(&answer), "BRIDGE_UNREACHABLE");
        assert!(home.take(DEFERRED).is_empty());
    }
    assert_eq!(name(&home.ask(discover()).await).1, "Discover.Response", "it needs no grant");
    let state = home.ask(directive("lamp", "Alexa", "ReportState", json!({}))).await;
    assert_eq!(name(&state).1, "StateReport");
    let code = home.login.code("ann");
    let before = home.login.exchanges().len();
    let refused = home.ask(accept_grant(&code)).await;
    assert_eq!(refused["event"]["payload"]["type"], "ACCEPT_GRANT_FAILED");
    assert_eq!(home.login.exchanges().len(), before, "the code is good for another attempt");
    home.hub.set_away("ann", false);
    assert_eq!(name(&home.ask(accept_grant(&code)).await).1, "AcceptGrant.Response");
    assert_eq!(name(&home.ask(turn_on()).await).1, "DeferredResponse");
}

#[tokio::test]
async fn a_home_without_a_hub_and_a_way_that_is_closed_are_away() {
    for what in ["no hub", "an error", "a timeout", "no connection"] {
        let home = Home::granted().await;
        match what {
            "no hub" => {
                home.acme.add("ben", "hush-token-of-ben", [("lamp", alexa_doubles::Device::bulb())])
            }
            "an error" => home.hub.give(Trouble::status(500).always()),
            "a timeout" => home.hub.give(Trouble::slow(Duration::from_secs(20)).always()),
            _ => home.hub.stop(),
        }
        let mut on = turn_on();
        if what == "no hub" {
            on["directive"]["endpoint"]["scope"]["token"] = json!("hush-token-of-ben");
        }
        let answer = home.ask(on).await;
        assert_eq!(error(&answer), "BRIDGE_UNREACHABLE", "{what}");
        assert!(home.take(DEFERRED).is_empty(), "{what}");
    }
}

#[tokio::test]
async fn who_has_given_no_leave_is_told_to() {
    let home = Home::start().await;
    assert_eq!(error(&home.ask(turn_on()).await), "INSUFFICIENT_PERMISSIONS");
}

#[tokio::test]
async fn an_answer_waits_for_the_hub_and_late_it_is_a_report() {
    for (away, event) in [(2.0, "Response"), (30.0, "ChangeReport")] {
        let home = Home::granted().await;
        let answer = home.answer().await;
        home.hub.set_away("ann", true);
        assert_eq!(home.dispatch(&answer).await.len(), 1, "it comes again");
        home.world.advance(away);
        home.hub.set_away("ann", false);
        assert!(home.dispatch(&answer).await.is_empty());
        assert_eq!(home.gateway.taken()[0].name(), event, "{away} s");
    }
}

#[tokio::test]
async fn tokens_are_refreshed_and_kept_at_home_whatever_becomes_of_the_reply() {
    for (what, trouble) in [
        ("well", None),
        ("reply lost", Some(Trouble::hang_up().after_doing())),
        ("cut", Some(Trouble::cut_body())),
        ("reset", Some(Trouble::hang_up())),
        ("error", Some(Trouble::status(500))),
        ("twice", Some(Trouble::twice())),
    ] {
        for rotation in [Rotation::None, Rotation::New, Rotation::SingleUse] {
            let home = Home::granted().await;
            home.login.set_rotation(rotation);
            let answer = home.answer().await;
            home.expire();
            let before = home.hub.grants("ann");
            if let Some(trouble) = trouble.clone() {
                home.hub.give(trouble.on("PATCH"));
            }
            assert!(home.dispatch(&answer).await.is_empty(), "{what} {rotation:?}");
            assert_eq!(home.gateway.taken().len(), 1, "{what} {rotation:?}");
            let [grant] = <[_; 1]>::try_from(home.hub.grants("ann")).expect("one grant");
            assert_ne!(grant["access_token"], before[0]["access_token"], "{what}");
            let rotated = grant["refresh_token"] != before[0]["refresh_token"];
            assert_eq!(rotated, rotation != Rotation::None, "{what} {rotation:?}");
            // The next one finds what was kept.
            let asked = home.login.exchanges().len();
            let answer = home.answer().await;
            assert!(home.dispatch(&answer).await.is_empty());
            assert_eq!(home.login.exchanges().len(), asked, "{what} {rotation:?}");
        }
    }
}

#[tokio::test]
async fn of_two_who_refresh_at_once_one_keeps_its_tokens_and_both_are_taken() {
    let home = Home::granted().await;
    let (one, other) = (home.answer().await, home.answer().await);
    home.expire();
    home.hub.give(Trouble::slow(Duration::from_millis(100)).on("PATCH"));
    let (first, second) = tokio::join!(home.dispatch(&one), home.dispatch(&other));
    assert!(first.is_empty() && second.is_empty());
    assert_eq!(home.gateway.taken().len(), 2);
    assert_eq!(home.hub.grants("ann").len(), 1);
}

#[tokio::test]
async fn a_grant_that_was_taken_back_is_forgotten_at_home() {
    for trouble in [None, Some(Trouble::hang_up().after_doing().on("DELETE"))] {
        let home = Home::granted().await;
        let answer = home.answer().await;
        home.expire();
        home.login.revoke("ann");
        if let Some(trouble) = trouble {
            home.hub.give(trouble);
        }
        home.dispatch(&answer).await;
        assert!(home.hub.grants("ann").is_empty());
        assert!(home.gateway.taken().is_empty());
        assert_eq!(error(&home.ask(turn_on()).await), "INSUFFICIENT_PERMISSIONS");
    }
}

#[tokio::test]
async fn a_disabled_skill_is_quiet_until_an_answer_is_taken() {
    let home = Home::granted().await;
    let disabled = json!({ "payload": { "code": "SKILL_DISABLED_EXCEPTION" } });
    home.gateway.give(Trouble::answer(403, disabled));
    let answer = home.answer().await;
    assert_eq!(home.dispatch(&answer).await.len(), 1, "its directive proves that it is enabled");
    assert!(home.hub.grants("ann")[0]["quiet_until"].as_u64().expect("a time") > home.now());
    assert!(home.dispatch(&answer).await.is_empty());
    assert_eq!(home.hub.grants("ann")[0]["quiet_until"], 0);
}

#[tokio::test]
async fn a_hub_speaks_for_its_own_home() {
    for odd in [
        json!([{ "user": "ben", "customer": "l-1" }]),
        json!("hush"),
        json!([{ "hush": 1 }]),
        json!({ "access_token": "hush" }),
    ] {
        let home = Home::granted().await;
        let answer = home.answer().await;
        let mut odd = odd;
        if odd[0]["user"] == "ben" {
            let mut of_ben = home.hub.grants("ann").remove(0);
            of_ben["user"] = json!("ben");
            odd = json!([of_ben]);
        }
        home.hub.give(Trouble::answer(200, odd).on("GET").always());
        assert_eq!(error(&home.ask(turn_on()).await), "INTERNAL_ERROR");
        assert_eq!(home.dispatch(&answer).await.len(), 1);
        assert!(home.gateway.taken().is_empty());
    }
}

#[tokio::test]
async fn a_wrong_key_is_ours_to_mend() {
    let home = Home::granted().await;
    home.memory.set_secret("arn:hub", "{}");
    let answer = home.ask(turn_on()).await;
    assert_eq!(error(&answer), "INTERNAL_ERROR");
    let message = answer["event"]["payload"]["message"].as_str().expect("a text");
    assert!(message.contains("hub_key"), "{message}");
}

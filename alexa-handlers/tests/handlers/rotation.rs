//! Keys and secrets that are replaced while a process runs: the next request has the new one.

use crate::{support::*, sync_processor::deferred};
use alexa_handlers::{Dispatcher, Entrypoint, Receiver, SyncProcessor, acme};
use alexa_patterns::{contract, message::Region};
use serde_json::{Value, json};

fn rotate_acmes(world: &World) {
    world.acme.rotate_keys();
    world.memory.set_secret("arn:acme", &world.acme.secret());
}

fn rotate_logins(world: &World) {
    world.login.rotate_secret();
    world.memory.set_secret("arn:login", &world.login.secret());
}

/// Said once more: another directive.
fn turn_on_as(count: usize) -> Value {
    directive_with_id(&format!("m-{count}"), "lamp", "Alexa.PowerController", "TurnOn", json!({}))
}

fn entrypoint() -> Entrypoint<acme::Acme> {
    Entrypoint::new(acme::Acme, Region::Europe)
}

#[tokio::test]
async fn acme_is_asked_with_the_key_that_it_has_now() {
    let world = World::granted().await;
    let runtime = world.runtime::<contract::Entrypoint>();
    let ask = async |directive: Value| {
        let answer = runtime.invoke(&entrypoint(), directive).await.expect("it never fails");
        name(&answer).1.to_owned()
    };
    let report = || directive("lamp", "Alexa", "ReportState", json!({}));
    assert_eq!(ask(discover()).await, "Discover.Response");
    for _ in 0..2 {
        rotate_acmes(&world);
        assert_eq!(ask(report()).await, "StateReport");
        assert_eq!(ask(discover()).await, "Discover.Response");
    }
}

#[tokio::test]
async fn a_command_is_carried_out_once_with_the_new_key() {
    let world = World::granted().await;
    let runtime = world.runtime::<contract::SyncProcessor>();
    let processor = SyncProcessor::new(acme::Acme);
    for count in 1..=2 {
        let parcel = deferred(&world, turn_on_as(count)).await;
        assert_eq!(batch_on(&runtime, &processor, &[parcel]).await, [0; 0]);
        assert_eq!(name(&world.answers()[0]), ("Alexa", "Response"));
        assert_eq!(world.acme.acts().len(), count);
        rotate_acmes(&world);
        world.acme.relent();
    }
}

#[tokio::test]
async fn a_push_that_is_signed_by_the_new_key_is_handed_on() {
    let world = World::start().await;
    let runtime = world.runtime::<contract::Receiver>();
    let receiver = Receiver::new(acme::Acme);
    let receive = async |signature: &str| {
        let body = world.acme.push_of("ann", "lamp", Some("r-1")).to_string();
        let answer = runtime.invoke(&receiver, http(&body, signature)).await.expect("an answer");
        answer["statusCode"].as_u64()
    };
    let signed =
        || world.acme.signature(&world.acme.push_of("ann", "lamp", Some("r-1")).to_string());
    let old = signed();
    assert_eq!(receive(&old).await, Some(202));
    rotate_acmes(&world);
    assert_eq!(receive(&signed()).await, Some(202));
    assert_eq!(receive(&old).await, Some(401));
    assert_eq!(world.take(CHANGES).len(), 2);
}

#[tokio::test]
async fn login_is_asked_with_the_secret_that_it_has_now() {
    let world = World::start().await;
    let runtime = world.runtime::<contract::Entrypoint>();
    for _ in 0..3 {
        let directive = accept_grant(&world.login.code("ann"));
        let answer = runtime.invoke(&entrypoint(), directive).await.expect("it never fails");
        assert_eq!(name(&answer).1, "AcceptGrant.Response");
        rotate_logins(&world);
    }
    // A refresh, too.
    let runtime = world.runtime::<contract::Dispatcher>();
    for count in 1..=3 {
        world.advance(3_600.0);
        let parcel = deferred(&world, turn_on_as(count)).await;
        world.sync(&[parcel]).await;
        assert_eq!(batch_on(&runtime, &Dispatcher, &world.take(RESPONSES)).await, [0; 0]);
        assert_eq!(world.gateway.taken().len(), count);
        rotate_logins(&world);
    }
}

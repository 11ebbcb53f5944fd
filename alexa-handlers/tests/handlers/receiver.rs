//! The receiver: what the manufacturer pushes.

use crate::support::*;
use alexa_doubles::{Acme, Pushes};
use alexa_handlers::{Fault, Receiver, acme};
use alexa_patterns::{contract, message::ErrorType};
use net_runtime::{Clock as _, Runtime};
use serde_json::{Value, json};
use std::time::Duration;

fn change(world: &World) -> String {
    world.acme.push_of("ann", "lamp", Some("r-1")).to_string()
}

#[tokio::test]
async fn a_push_that_is_signed_is_handed_on() {
    let world = World::start().await;
    let body = change(&world);
    assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
    let [change] = <[_; 1]>::try_from(world.take(CHANGES)).expect("one change");
    assert_eq!(change.deadline, None);
    let change: Value = serde_json::from_str(&change.body).expect("JSON");
    assert_eq!(change["user"], "ann");
    assert_eq!(change["endpoint"], "lamp");
    assert_eq!(change["request"], "r-1");
    assert_eq!(change["cause"], "PHYSICAL_INTERACTION");
    let state = change["changed"].as_array().expect("what has changed");
    assert!(state.iter().any(|it| it["name"] == "powerState" && it["value"] == "OFF"));
}

#[tokio::test]
async fn a_push_that_does_not_prove_where_it_comes_from_goes_nowhere() {
    let world = World::start().await;
    let body = change(&world);
    let good = world.acme.signature(&body);
    let (time, code) = good.split_once(",v1=").expect("two parts");
    let now = world.now() / 1_000;
    let other = Acme::start().await;
    other.clock().follow(|| std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(u64::MAX / 4));
    for (what, signature) in [
        ("none", String::new()),
        ("no parts", "hush".to_owned()),
        ("no code", time.to_owned()),
        ("no time", format!("v1={code}")),
        ("an empty code", format!("{time},v1=")),
        ("half a code", format!("{time},v1={}", &code[..32])),
        ("no hex", format!("{time},v1={}", "x".repeat(64))),
        ("no ASCII", format!("{time},v1={}", "é".repeat(32))),
        ("signs", format!("{time},v1={}", "+1".repeat(32))),
        ("zeros", format!("{time},v1={}", "0".repeat(64))),
        ("another time", format!("t={},v1={code}", now + 1)),
        ("no number", format!("t=now,v1={code}")),
        ("a time beyond numbers", format!("t={},v1={code}", u128::MAX)),
        ("the end of time", other.signature(&body)),
        ("another body", world.acme.signature("{}")),
        ("a space in the body", world.acme.signature(&format!("{body} "))),
    ] {
        assert_eq!(world.receive(&body, &signature).await, 401, "{what}");
    }
    assert!(world.take(CHANGES).is_empty());
    // Spaces and further parts do no harm.
    assert_eq!(world.receive(&body, &format!("v0=x, {time} , v1={code}")).await, 202);
}

#[tokio::test]
async fn a_push_is_good_for_five_minutes() {
    for (age, expected) in [(0.0, 202), (299.0, 202), (302.0, 401)] {
        let world = World::start().await;
        let body = change(&world);
        let signature = world.acme.signature(&body);
        world.advance(age);
        assert_eq!(world.receive(&body, &signature).await, expected, "{age} s old");
    }
    let world = World::start().await;
    let memory = world.memory.clone();
    world.acme.clock().follow(move || memory.now() + Duration::from_secs(302));
    let body = change(&world);
    assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 401, "from the future");
}

#[tokio::test]
async fn a_push_that_says_nothing_is_malformed() {
    let world = World::start().await;
    let state = json!({ "on": true });
    for body in [
        String::new(),
        "hush".to_owned(),
        "[]".to_owned(),
        json!({ "account": "ann", "device": "lamp" }).to_string(),
        json!({ "account": "ann", "device": "a/b", "state": state }).to_string(),
        json!({ "account": 7, "device": "lamp", "state": state }).to_string(),
        json!({ "account": "ann", "device": "lamp", "state": TOKEN }).to_string(),
        "[".repeat(100_000),
    ] {
        let answer = world.receive(&body, &world.acme.signature(&body)).await;
        assert_eq!(answer, 400, "{}", body.chars().take(80).collect::<String>());
    }
    assert!(world.take(CHANGES).is_empty());
}

#[tokio::test]
async fn every_cause_and_every_part_of_a_state_is_understood() {
    let world = World::start().await;
    let degrees = json!({ "value": 20.5, "scale": "CELSIUS" });
    let state = json!({
        "reachable": false, "on": true, "brightness": 7, "kelvin": 2_700,
        "color": { "hue": 1, "saturation": 0.5, "brightness": 1 }, "target": degrees,
        "lower": degrees, "upper": degrees, "mode": "ECO", "lock": "JAMMED",
        "temperature": degrees, "at": 1_506_537_030_450_u64,
    });
    for cause in [
        "APP_INTERACTION",
        "PHYSICAL_INTERACTION",
        "PERIODIC_POLL",
        "RULE_TRIGGER",
        "VOICE_INTERACTION",
    ] {
        let push = json!({ "account": "ann", "device": "lamp", "state": state, "cause": cause });
        let body = push.to_string();
        assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
        assert!(world.respond(&world.take(CHANGES)).await.is_empty());
        let event = world.answers().remove(0);
        assert_eq!(event["event"]["payload"]["change"]["cause"]["type"], cause);
        let properties = event["event"]["payload"]["change"]["properties"].as_array();
        assert_eq!(properties.map(Vec::len), Some(11));
    }
}

#[tokio::test]
async fn a_push_that_cannot_be_handed_on_may_come_again() {
    let world = World::start().await;
    let body = change(&world);
    world.memory.set_failing(CHANGES, true);
    assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 503);
    world.memory.set_failing(CHANGES, false);
    assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);

    for secret in ["hush, no JSON", "{}"] {
        let world = World::start().await;
        world.memory.set_secret("arn:acme", secret);
        assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 503);
    }
    let world = World::start().await;
    let runtime: Runtime<contract::Receiver> = world.runtime();
    let fault = Fault::new(ErrorType::InternalError, "no");
    let receiver = Receiver::new(Says(Err(fault)));
    let answer = runtime.invoke(&receiver, http(&body, "")).await.expect("an answer");
    assert_eq!(answer["statusCode"], 503);
}

#[tokio::test]
async fn a_body_in_base_64_is_the_same_body() {
    let world = World::start().await;
    // {"account":"ann","device":"lamp","state":{}}
    let body = r#"{"account":"ann","device":"lamp","state":{}}"#;
    let mut event = http(
        "eyJhY2NvdW50IjoiYW5uIiwiZGV2aWNlIjoibGFtcCIsInN0YXRlIjp7fX0=",
        &world.acme.signature(body),
    );
    event["isBase64Encoded"] = true.into();
    let receiver = Receiver::new(acme::Acme);
    let runtime: Runtime<contract::Receiver> = world.runtime();
    let answer = runtime.invoke(&receiver, event).await.expect("an answer");
    assert_eq!(answer["statusCode"], 202);
}

#[tokio::test]
async fn acme_itself_pushes_and_is_told() {
    let world = World::start().await;
    let hook = crate::network::hook(&world).await;
    world.acme.set_pushes(Pushes::to(hook.url()).times(2));
    assert_eq!(world.acme.push("ann", "lamp").await, [202, 202]);
    assert_eq!(world.take(CHANGES).len(), 2);
}

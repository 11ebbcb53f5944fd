//! What is odd in Acme's answers costs as little as it can.

use crate::{support::*, sync_processor::deferred};
use alexa_doubles::Trouble;
use serde_json::{Value, json};

fn report_state(device: &str) -> Value {
    directive(device, "Alexa", "ReportState", json!({}))
}

#[tokio::test]
async fn an_odd_value_costs_its_property_and_no_other() {
    let good = json!({
        "reachable": true, "on": true, "brightness": 40, "kelvin": 2_700, "lock": "LOCKED",
        "color": { "hue": 0.0, "saturation": 0.0, "brightness": 1.0 }, "mode": "HEAT",
        "target": { "value": 20.0, "scale": "CELSIUS" },
        "lower": { "value": 18.0, "scale": "CELSIUS" },
        "upper": { "value": 24.0, "scale": "CELSIUS" },
        "temperature": { "value": 19.0, "scale": "CELSIUS" }, "at": 1_506_537_030_450_u64,
    });
    let names = |event: &Value| {
        let all = event["context"]["properties"].as_array().into_iter().flatten();
        all.filter_map(|it| it["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let world = World::granted().await;
    let tell = async |state: Value| {
        world.acme.give(Trouble::slow(std::time::Duration::ZERO));
        world.acme.give(Trouble::answer(200, state));
        world.ask(report_state("lamp")).await
    };
    let all = names(&tell(good.clone()).await);
    assert_eq!(all.len(), 11);
    for name_ in good.as_object().expect("an object").keys() {
        for odd in
            [json!("?"), json!(-1), json!(1e9), json!([]), json!({}), json!({ "value": "hush" })]
        {
            let mut state = good.clone();
            state[name_] = odd.clone();
            let event = tell(state).await;
            assert_eq!(name(&event).1, "StateReport", "{name_}: {odd}");
            let lost = all.len() - names(&event).len();
            // Without a moment it is now; without connectivity, who answers is there.
            let expected = usize::from(!matches!(name_.as_str(), "at" | "reachable"));
            assert_eq!(lost, expected, "{name_}: {odd}");
        }
    }
}

#[tokio::test]
async fn a_sensor_measures_in_any_scale() {
    let world = World::granted().await;
    for (told, value, scale) in [
        (json!({ "value": 130.0, "scale": "FAHRENHEIT" }), 54.44, "CELSIUS"),
        (json!({ "value": 295.0, "scale": "KELVIN" }), 21.85, "CELSIUS"),
        (json!({ "value": 70.5, "scale": "FAHRENHEIT" }), 70.5, "FAHRENHEIT"),
        (json!({ "value": 21.5, "scale": "CELSIUS" }), 21.5, "CELSIUS"),
    ] {
        world.acme.touch("ann", "attic", json!({ "temperature": told }));
        let event = world.ask(report_state("attic")).await;
        assert_eq!(name(&event).1, "StateReport");
        let found = property(&event, "temperature");
        assert_eq!(*found, json!({ "value": value, "scale": scale }), "{told}");
    }
    // Nothing on earth is as warm as that.
    world.acme.touch("ann", "attic", json!({ "temperature": { "value": 1e6, "scale": "KELVIN" } }));
    let event = world.ask(report_state("attic")).await;
    assert_eq!(*property(&event, "temperature"), Value::Null);
    assert_eq!(property(&event, "connectivity")["value"], "OK");
}

#[tokio::test]
async fn an_odd_device_costs_itself_and_an_odd_part_of_it_that_part() {
    let lamp = |id: &str| {
        json!({
            "id": id, "name": "Lamp", "model": "m", "kind": "bulb", "features": ["power"],
        })
    };
    let with = |name: &str, value: Value| {
        let mut odd = lamp("odd");
        odd[name] = value;
        odd
    };
    for (odd, kept) in [
        (json!("hush"), false),
        (json!(null), false),
        (with("id", json!(7)), false),
        (with("id", json!("a/b")), false),
        (with("features", json!("power")), false),
        (with("features", json!([7, null, "power"])), true),
        (with("name", json!(7)), true),
        (with("name", Value::Null), true),
        (with("model", json!([])), true),
        (with("kind", json!("spaceship")), true),
        (with("kind", json!(7)), true),
        (with("new", json!({})), true),
    ] {
        let world = World::granted().await;
        world.acme.give(Trouble::slow(std::time::Duration::ZERO));
        world.acme.give(Trouble::answer(200, json!([lamp("a"), odd, lamp("z")])));
        let event = world.ask(discover()).await;
        let devices = event["event"]["payload"]["endpoints"].as_array().expect("devices");
        let ids: Vec<_> = devices.iter().filter_map(|it| it["endpointId"].as_str()).collect();
        let expected = if kept { vec!["a", "odd", "z"] } else { vec!["a", "z"] };
        assert_eq!(ids, expected, "{odd}");
    }
}

#[tokio::test]
async fn an_odd_part_of_a_push_costs_that_part() {
    let good = json!({
        "account": "ann", "device": "lamp", "state": { "on": true, "brightness": 7 },
        "request": "r-1", "changed": ["on"], "cause": "APP_INTERACTION",
    });
    for (part, odd, status) in [
        ("account", json!(7), 400),
        ("device", json!("a/b"), 400),
        ("state", json!("?"), 400),
        ("state", json!({ "on": "?", "brightness": 7 }), 202),
        ("state", json!({ "brightness": 101 }), 202),
        ("state", json!({ "on": TOKEN }), 202),
        ("request", json!(7), 202),
        ("changed", json!("?"), 202),
        ("changed", json!([7, "nothing"]), 202),
        ("cause", json!("BOREDOM"), 202),
        ("new", json!({}), 202),
    ] {
        let world = World::granted().await;
        let mut body = good.clone();
        body[part] = odd.clone();
        let body = body.to_string();
        assert_eq!(
            world.receive(&body, &world.acme.signature(&body)).await,
            status,
            "{part}: {odd}"
        );
        let changes = world.take(CHANGES);
        assert_eq!(changes.len(), usize::from(status == 202));
        assert!(world.respond(&changes).await.is_empty());
    }
}

#[tokio::test]
async fn a_key_that_acme_does_not_take_is_ours_and_not_the_users() {
    let world = World::granted().await;
    // The user's own token is asked about first.
    let user = Trouble::slow(std::time::Duration::ZERO);
    for directive in [discover(), report_state("lamp")] {
        world.acme.give(user.clone());
        world.acme.give(Trouble::status(401).times(2));
        assert_eq!(error(&world.ask(directive).await), "INTERNAL_ERROR");
        world.acme.relent();
    }
    let parcel = deferred(&world, turn_on()).await;
    world.acme.give(Trouble::status(401).always());
    world.sync(&[parcel]).await;
    assert_eq!(error(&world.answers()[0]), "INTERNAL_ERROR");
    assert_eq!(error(&world.ask(turn_on()).await), "EXPIRED_AUTHORIZATION_CREDENTIAL");
}

//! Interfaces beyond lights, thermostats and locks: through all functions, against Acme.

use crate::{support::*, sync_processor::deferred};
use alexa_doubles::{Device, Pace};
use alexa_handlers::Outcome;
use alexa_patterns::message::{Reply, RtcReply, State, Token};
use serde_json::{Value, json};
use std::slice::from_ref;

async fn world() -> World {
    let world = World::granted().await;
    world.acme.add(
        "ann",
        TOKEN,
        [
            ("blind", Device::blind()),
            ("fan", Device::fan()),
            ("window", Device::contact()),
            ("stairs", Device::motion()),
            ("night", Device::scene()),
            ("radio", Device::speaker()),
            ("alarm", Device::panel()),
            ("bell", Device::doorbell()),
            ("light.kitchen", Device::bulb()),
        ],
    );
    world
}

/// A directive about one of several settings of a device.
fn about(instance: &str, device: &str, namespace: &str, name: &str, payload: Value) -> Value {
    let mut directive = directive(device, namespace, name, payload);
    directive["directive"]["header"]["instance"] = instance.into();
    directive
}

const RANGE: &str = "Alexa.RangeController";
const MODE: &str = "Alexa.ModeController";
const TOGGLE: &str = "Alexa.ToggleController";
const SPEAKER: &str = "Alexa.Speaker";
const PANEL: &str = "Alexa.SecurityPanelController";
const SCENE: &str = "Alexa.SceneController";

/// Directives that Acme's devices carry out, what they do to a device, and the property that says so.
fn carried_out() -> Vec<(Value, Value, (&'static str, Value))> {
    let set = json!({ "rangeValue": 40 });
    let up = json!({ "rangeValueDelta": 2, "rangeValueDeltaDefault": false });
    let louder = json!({ "volume": 10, "volumeDefault": true });
    let pin = json!({ "authorization": { "type": "FOUR_DIGIT_PIN", "value": "1234" } });
    vec![
        (
            about("lift", "blind", RANGE, "SetRangeValue", set),
            json!({ "range:lift": 40 }),
            ("rangeValue", json!(40)),
        ),
        (
            about("speed", "fan", RANGE, "AdjustRangeValue", up),
            json!({ "range:speed": 5 }),
            ("rangeValue", json!(5)),
        ),
        (
            about("programme", "fan", MODE, "SetMode", json!({ "mode": "storm" })),
            json!({ "mode:programme": "storm" }),
            ("mode", json!("storm")),
        ),
        (
            about("programme", "fan", MODE, "AdjustMode", json!({ "modeDelta": -1 })),
            json!({ "mode_step": { "name": "programme", "by": -1 } }),
            ("mode", json!("breeze")),
        ),
        (
            about("swing", "fan", TOGGLE, "TurnOn", json!({})),
            json!({ "toggle:swing": true }),
            ("toggleState", json!("ON")),
        ),
        (
            directive("radio", SPEAKER, "SetVolume", json!({ "volume": 20 })),
            json!({ "volume": 20 }),
            ("volume", json!(20)),
        ),
        (
            directive("radio", SPEAKER, "AdjustVolume", louder),
            json!({ "volume": 60 }),
            ("volume", json!(60)),
        ),
        (
            directive("radio", SPEAKER, "SetMute", json!({ "mute": true })),
            json!({ "muted": true }),
            ("muted", json!(true)),
        ),
        (
            directive("alarm", PANEL, "Disarm", pin),
            json!({ "arm": "DISARMED", "pin": "1234" }),
            ("armState", json!("DISARMED")),
        ),
        (
            directive("light.kitchen", "Alexa.PowerController", "TurnOn", json!({})),
            json!({ "on": true }),
            ("powerState", json!("ON")),
        ),
    ]
}

#[tokio::test]
async fn other_interfaces_are_carried_out_and_answered_with_the_state() {
    for (directive, act, (name_, value)) in carried_out() {
        let world = world().await;
        let parcel = deferred(&world, directive.clone()).await;
        assert!(world.sync(&[parcel]).await.is_empty());
        let acts = world.acme.acts();
        assert_eq!(acts.iter().map(|(_, act)| act).collect::<Vec<_>>(), [&act], "{directive:#}");
        let [answer] = <[_; 1]>::try_from(world.answers()).expect("one answer");
        assert_eq!(name(&answer), ("Alexa", "Response"), "{answer:#}");
        assert_eq!(property(&answer, name_), &value, "{answer:#}");
        let instance = directive["directive"]["header"].get("instance");
        let told = answer["context"]["properties"].as_array().expect("a list");
        let told = told.iter().filter(|it| it["name"] == name_);
        assert!(told.clone().any(|it| it.get("instance") == instance), "{answer:#}");
    }
}

#[tokio::test]
async fn other_interfaces_are_accepted_pushed_and_answered_once() {
    for (directive, _, (name_, value)) in carried_out() {
        let world = world().await;
        world.acme.set_pace(Pace::WhenTold);
        let device = directive["directive"]["endpoint"]["endpointId"].as_str().expect("an id");
        let parcel = deferred(&world, directive.clone()).await;
        assert!(world.request(from_ref(&parcel)).await.is_empty());
        // What is remembered has no PIN.
        let kept = json!(world.memory.items("pending"));
        assert!(!kept.to_string().contains("FOUR_DIGIT_PIN"), "{kept:#}");
        world.acme.carry_out().await;
        let body = world.acme.push_of("ann", device, Some("r-1")).to_string();
        assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
        let changes = world.take(CHANGES);
        assert!(world.respond(&changes).await.is_empty());
        assert!(world.respond(&changes).await.is_empty(), "and again");
        let answer = world.answers().remove(0);
        assert_eq!(name(&answer), ("Alexa", "Response"), "{answer:#}");
        assert_eq!(property(&answer, name_), &value, "{answer:#}");
    }
}

#[tokio::test]
async fn a_scene_answers_that_it_has_started() {
    for (asked, told) in [("Activate", "ActivationStarted"), ("Deactivate", "DeactivationStarted")]
    {
        let world = world().await;
        let parcel = deferred(&world, directive("night", SCENE, asked, json!({}))).await;
        assert!(world.sync(&[parcel]).await.is_empty());
        let answer = world.answers().remove(0);
        assert_eq!(name(&answer), (SCENE, told));
        assert_eq!(answer["event"]["payload"]["cause"]["type"], "VOICE_INTERACTION");
        assert!(answer["event"]["payload"]["timestamp"].is_string());
        assert_eq!(answer["event"]["header"]["correlationToken"], format!("{CORRELATION}-m-1"));

        // Late, there is nothing to report: it has no state.
        let world = self::world().await;
        let parcel = deferred(&world, directive("night", SCENE, asked, json!({}))).await;
        world.advance(7.0);
        assert!(world.sync(&[parcel]).await.is_empty());
        assert!(world.take(RESPONSES).is_empty());
    }
}

#[tokio::test]
async fn an_alarm_system_says_how_long_there_is_to_leave_and_takes_its_pin_only() {
    let world = world().await;
    let arm = |id: &str, state: &str| {
        directive_with_id(id, "alarm", PANEL, "Arm", json!({ "armState": state }))
    };
    let disarm = |id: &str, payload| directive_with_id(id, "alarm", PANEL, "Disarm", payload);
    let parcel = deferred(&world, arm("m-1", "ARMED_AWAY")).await;
    assert!(world.sync(&[parcel]).await.is_empty());
    let answer = world.answers().remove(0);
    assert_eq!(name(&answer), (PANEL, "Arm.Response"));
    assert_eq!(answer["event"]["payload"]["exitDelayInSeconds"], 45);
    assert_eq!(property(&answer, "armState"), "ARMED_AWAY");

    let wrong = json!({ "authorization": { "type": "FOUR_DIGIT_PIN", "value": "hush-4321" } });
    for (asked, expected) in [
        (disarm("m-2", wrong), "UNAUTHORIZED"),
        (disarm("m-3", json!({})), "UNAUTHORIZED"),
        (arm("m-4", "ARMED_STAY"), "AUTHORIZATION_REQUIRED"),
    ] {
        let parcel = deferred(&world, asked).await;
        assert!(world.sync(&[parcel]).await.is_empty());
        let answer = world.answers().remove(0);
        assert_eq!((name(&answer).0, error(&answer)), (PANEL, expected), "{answer:#}");
    }
    assert_eq!(world.acme.device("ann", "alarm")["arm"], "ARMED_AWAY");
    // It does not watch for the night, and is not armed by being disarmed.
    let parcel = deferred(&world, arm("m-5", "ARMED_NIGHT")).await;
    assert!(world.sync(&[parcel]).await.is_empty());
    assert_eq!(error(&world.answers()[0]), "INVALID_DIRECTIVE");
    assert_eq!(error(&world.ask(arm("m-6", "DISARMED")).await), "INVALID_VALUE");
}

#[tokio::test]
async fn what_is_out_of_range_or_no_mode_is_refused() {
    let world = world().await;
    for (asked, expected) in [
        (
            about("lift", "blind", RANGE, "SetRangeValue", json!({ "rangeValue": 101 })),
            "VALUE_OUT_OF_RANGE",
        ),
        (about("programme", "fan", MODE, "SetMode", json!({ "mode": "typhoon" })), "INVALID_VALUE"),
    ] {
        let parcel = deferred(&world, asked).await;
        assert!(world.sync(&[parcel]).await.is_empty());
        assert_eq!(error(&world.answers()[0]), expected);
    }
    // It says which one it is about, or it is about none.
    let nothing = directive("blind", RANGE, "SetRangeValue", json!({ "rangeValue": 1 }));
    assert_eq!(error(&world.ask(nothing).await), "INVALID_DIRECTIVE");
}

/// A directive of each interface to a device that has not got it: it is refused, and by its name.
#[tokio::test]
async fn what_a_device_has_not_is_refused_by_its_name() {
    let stream = json!({
        "protocol": "RTSP", "resolution": { "width": 1, "height": 1 },
        "authorizationType": "NONE", "videoCodec": "H264", "audioCodec": "AAC",
    });
    let offer = json!({ "sessionId": "s", "offer": { "format": "SDP", "value": "hush" } });
    let schedule = json!({
        "targetSetpoint": { "value": 20.0, "scale": "CELSIUS" }, "schedule": { "duration": "PT1H" },
    });
    for (namespace, name_, instance, payload) in [
        (RANGE, "SetRangeValue", Some("lift"), json!({ "rangeValue": 4 })),
        (RANGE, "AdjustRangeValue", Some("lift"), json!({ "rangeValueDelta": 4 })),
        (MODE, "SetMode", Some("m"), json!({ "mode": "a" })),
        (MODE, "AdjustMode", Some("m"), json!({ "modeDelta": 1 })),
        (TOGGLE, "TurnOff", Some("t"), json!({})),
        (SCENE, "Activate", None, json!({})),
        ("Alexa.PercentageController", "SetPercentage", None, json!({ "percentage": 3 })),
        ("Alexa.PercentageController", "AdjustPercentage", None, json!({ "percentageDelta": 3 })),
        ("Alexa.PowerLevelController", "SetPowerLevel", None, json!({ "powerLevel": 3 })),
        ("Alexa.PowerLevelController", "AdjustPowerLevel", None, json!({ "powerLevelDelta": 3 })),
        (SPEAKER, "SetVolume", None, json!({ "volume": 3 })),
        (SPEAKER, "AdjustVolume", None, json!({ "volume": 3, "volumeDefault": false })),
        ("Alexa.StepSpeaker", "AdjustVolume", None, json!({ "volumeSteps": -3 })),
        ("Alexa.StepSpeaker", "SetMute", None, json!({ "mute": true })),
        ("Alexa.PlaybackController", "Pause", None, json!({})),
        ("Alexa.InputController", "SelectInput", None, json!({ "input": "HDMI 1" })),
        ("Alexa.ChannelController", "ChangeChannel", None, json!({ "channel": { "number": "4" } })),
        ("Alexa.ChannelController", "SkipChannels", None, json!({ "channelCount": 1 })),
        (PANEL, "Arm", None, json!({ "armState": "ARMED_AWAY" })),
        (PANEL, "Disarm", None, json!({})),
        ("Alexa.RTCSessionController", "InitiateSessionWithOffer", None, offer),
        ("Alexa.RTCSessionController", "SessionConnected", None, json!({ "sessionId": "s" })),
        ("Alexa.RTCSessionController", "SessionDisconnected", None, json!({ "sessionId": "s" })),
        (
            "Alexa.CameraStreamController",
            "InitializeCameraStreams",
            None,
            json!({ "cameraStreams": [stream] }),
        ),
        ("Alexa.ThermostatController", "SetTargetTemperature", None, schedule),
    ] {
        let world = world().await;
        let asked = match instance {
            Some(instance) => about(instance, "lamp", namespace, name_, payload),
            None => directive("lamp", namespace, name_, payload),
        };
        let parcel = deferred(&world, asked).await;
        assert!(world.sync(&[parcel]).await.is_empty());
        let answer = world.answers().remove(0);
        assert_eq!(error(&answer), "INVALID_DIRECTIVE", "{answer:#}");
        let message = answer["event"]["payload"]["message"].as_str().expect("a text");
        assert!(message.contains(namespace), "{message}");
        assert!(world.acme.acts().is_empty());
    }
    // Of what Alexa has and nobody here does, the name is said at once.
    let answer = world().await;
    let answer = answer.ask(directive("lamp", "Alexa.Cooking", "SetCookingMode", json!({}))).await;
    assert_eq!(error(&answer), "INVALID_DIRECTIVE");
    let message = answer["event"]["payload"]["message"].as_str().expect("a text");
    assert!(message.contains("Alexa.Cooking"), "{message}");
}

#[tokio::test]
async fn set_points_for_a_while_are_refused_in_the_thermostats_words() {
    let world = world().await;
    let payload = json!({
        "targetSetpoint": { "value": 20.0, "scale": "CELSIUS" },
        "schedule": { "start": "2026-07-01T07:00:00Z", "duration": "PT2H" },
    });
    let asked = directive("hall", "Alexa.ThermostatController", "SetTargetTemperature", payload);
    let parcel = deferred(&world, asked).await;
    assert!(world.sync(&[parcel]).await.is_empty());
    let answer = world.answers().remove(0);
    assert_eq!(error(&answer), "UNWILLING_TO_SET_SCHEDULE", "{answer:#}");
    assert!(world.acme.acts().is_empty());
}

#[tokio::test]
async fn other_devices_are_discovered_with_names_and_meanings() {
    let world = world().await;
    let answer = world.ask(discover()).await;
    let devices = answer["event"]["payload"]["endpoints"].as_array().expect("a list");
    let capability = |device: &str, interface: &str| {
        let device = devices.iter().find(|it| it["endpointId"] == device).expect(device);
        let all = device["capabilities"].as_array().expect("a list");
        all.iter().find(|it| it["interface"] == interface).cloned().unwrap_or_default()
    };
    let lift = capability("blind", RANGE);
    assert_eq!(lift["instance"], "lift");
    assert_eq!(lift["configuration"]["supportedRange"]["maximumValue"], 100);
    assert_eq!(
        lift["capabilityResources"]["friendlyNames"][0]["value"]["assetId"],
        "Alexa.Setting.Opening"
    );
    let raise = &lift["semantics"]["actionMappings"][0];
    assert_eq!(raise["actions"], json!(["Alexa.Actions.Open", "Alexa.Actions.Raise"]));
    assert_eq!(
        raise["directive"],
        json!({ "name": "SetRangeValue", "payload": { "rangeValue": 100 } })
    );
    let modes = capability("fan", MODE)["configuration"]["supportedModes"].clone();
    assert_eq!(modes.as_array().map(Vec::len), Some(3));
    assert_eq!(capability("fan", TOGGLE)["properties"]["supported"][0]["name"], "toggleState");
    for (device, interface) in [
        ("window", "Alexa.ContactSensor"),
        ("stairs", "Alexa.MotionSensor"),
        ("night", SCENE),
        ("radio", SPEAKER),
        ("alarm", PANEL),
        ("bell", "Alexa.DoorbellEventSource"),
        ("light.kitchen", "Alexa.PowerController"),
    ] {
        assert_eq!(capability(device, interface)["version"], "3", "{device}");
    }
    for device in devices {
        assert_eq!(device["additionalAttributes"]["manufacturer"], "Acme");
        assert!(device["additionalAttributes"]["model"].is_string());
    }
    assert_eq!(
        capability("alarm", PANEL)["configuration"]["supportedAuthorizationTypes"][0]["type"],
        "FOUR_DIGIT_PIN"
    );
}

#[tokio::test]
async fn a_sensor_tells_of_itself() {
    let world = world().await;
    for (device, part, property_) in
        [("window", "contact", "Alexa.ContactSensor"), ("stairs", "motion", "Alexa.MotionSensor")]
    {
        world.acme.touch("ann", device, json!({ part: true }));
        let report = world.ask(directive(device, "Alexa", "ReportState", json!({}))).await;
        assert_eq!(property(&report, "detectionState"), "DETECTED");
        let mut body = world.acme.push_of("ann", device, None);
        body["changed"] = json!([part]);
        let body = body.to_string();
        assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
        assert!(world.respond(&world.take(CHANGES)).await.is_empty());
        let report = world.answers().remove(0);
        assert_eq!(name(&report), ("Alexa", "ChangeReport"));
        let changed = &report["event"]["payload"]["change"]["properties"][0];
        assert_eq!(
            (&changed["namespace"], &changed["value"]),
            (&json!(property_), &json!("DETECTED"))
        );
    }
}

/// What happens that is no state goes to Alexa's gateway, as it takes it.
#[tokio::test]
async fn a_doorbell_rings_and_devices_come_and_go() {
    let world = world().await;
    for (device, happened, expected) in [
        ("bell", "rung", ("Alexa.DoorbellEventSource", "DoorbellPress")),
        ("fan", "added", ("Alexa.Discovery", "AddOrUpdateReport")),
        ("fan", "removed", ("Alexa.Discovery", "DeleteReport")),
    ] {
        let mut body = json!({ "account": "ann", "device": device, "happened": happened });
        body["listed"] = world.acme.listed("ann", device);
        let body = body.to_string();
        assert_eq!(world.receive(&body, &world.acme.signature(&body)).await, 202);
        assert!(world.respond(&world.take(CHANGES)).await.is_empty());
        let answers = world.take(RESPONSES);
        assert_eq!(name(&event_of(&answers[0])), expected);
        assert!(world.dispatch(&answers).await.is_empty());
        let taken = world.gateway.taken().pop().expect("it is taken").event;
        assert_eq!(name(&taken), expected, "{:?}", world.gateway.refused());
        let endpoints = &taken["event"]["payload"]["endpoints"];
        match happened {
            "rung" => assert_eq!(taken["event"]["endpoint"]["endpointId"], device),
            "added" => {
                assert_eq!(endpoints[0]["endpointId"], device);
                let power = &endpoints[0]["capabilities"][2];
                assert_eq!(power["properties"]["proactivelyReported"], true);
            }
            _ => assert_eq!(endpoints, &json!([{ "endpointId": device }])),
        }
    }
}

/// What only a camera knows, its manufacturer says.
#[tokio::test]
async fn a_camera_answers_an_offer_in_its_own_words() {
    let offer = json!({ "sessionId": "s", "offer": { "format": "SDP", "value": "hush-offer" } });
    let rtc = "Alexa.RTCSessionController";
    let world = world().await;
    let initiate = || directive("lamp", rtc, "InitiateSessionWithOffer", offer.clone());
    let parcel = deferred(&world, initiate()).await;
    let answer = Reply::RtcSession(RtcReply::Answer(Token::new("v=0").expect("a text")));
    let replied = Outcome::Replied(State::new(), answer);
    assert!(world.sync_of(Says(Ok(replied)), &[parcel]).await.is_empty());
    let event = world.answers().remove(0);
    assert_eq!(name(&event), (rtc, "AnswerGeneratedForSession"));
    assert_eq!(event["event"]["payload"]["answer"], json!({ "format": "SDP", "value": "v=0" }));

    // Without its words there is no answer to give.
    let parcel = deferred(&world, initiate()).await;
    assert!(world.sync_of(Says(Ok(Outcome::Done(State::new()))), &[parcel]).await.is_empty());
    assert_eq!(error(&world.answers()[0]), "INTERNAL_ERROR");

    let connected = directive("lamp", rtc, "SessionConnected", json!({ "sessionId": "s" }));
    let parcel = deferred(&world, connected).await;
    assert!(world.sync_of(Says(Ok(Outcome::Done(State::new()))), &[parcel]).await.is_empty());
    let event = world.answers().remove(0);
    assert_eq!(name(&event), (rtc, "SessionConnected"));
    assert_eq!(event["event"]["payload"], json!({ "sessionId": "s" }));
}

//! The sync processor: an API that answers with the new state.

use crate::{
    entrypoint::{STATUSES, every_command},
    support::*,
};
use alexa_doubles::{Pace, Trouble, schema};
use alexa_handlers::{Fault, Outcome};
use alexa_patterns::message::{
    DeviceMode, ErrorType, OwnError, Power, Property, Scale, SecurityPanelError, State,
    Temperature, ThermostatError,
};
use net_runtime::Parcel;
use serde_json::{Value, json};
use std::time::Duration;

/// A directive as the entrypoint defers it.
pub(crate) async fn deferred(world: &World, directive: Value) -> Parcel {
    let answer = world.ask(directive).await;
    assert_eq!(name(&answer).1, "DeferredResponse");
    world.take(DEFERRED).pop().expect("it is deferred")
}

/// What each command of [`every_command`] makes of its device: property and value.
pub(crate) fn effects() -> Vec<Vec<(&'static str, Value)>> {
    let degrees = |value: f64| json!({ "value": value, "scale": "CELSIUS" });
    let purple = json!({ "hue": 350.5, "saturation": 0.7138, "brightness": 0.6524 });
    let range = vec![("lowerSetpoint", degrees(19.0)), ("upperSetpoint", degrees(23.0))];
    let mut all = range.clone();
    all.push(("targetSetpoint", degrees(21.0)));
    vec![
        vec![("powerState", json!("ON"))],
        vec![("powerState", json!("OFF"))],
        vec![("brightness", json!(75))],
        vec![("brightness", json!(15))],
        vec![("color", purple)],
        vec![("colorTemperatureInKelvin", json!(5_000))],
        vec![("colorTemperatureInKelvin", json!(3_200))],
        vec![("colorTemperatureInKelvin", json!(2_200))],
        vec![("targetSetpoint", degrees(25.0))],
        [range, vec![("thermostatMode", json!("AUTO"))]].concat(),
        [all, vec![("thermostatMode", json!("AUTO"))]].concat(),
        vec![("targetSetpoint", degrees(19.0))],
        vec![("thermostatMode", json!("COOL"))],
        vec![("targetSetpoint", degrees(17.0))],
        vec![("lockState", json!("LOCKED"))],
        vec![("lockState", json!("UNLOCKED"))],
    ]
}

#[tokio::test]
async fn every_command_is_carried_out_and_answered_with_the_devices_state() {
    for ((device, namespace, name_, payload), effects) in every_command().into_iter().zip(effects())
    {
        let world = World::granted().await;
        let directive = directive(device, namespace, name_, payload);
        let parcel = deferred(&world, directive).await;
        assert!(world.sync(std::slice::from_ref(&parcel)).await.is_empty());
        assert_eq!(world.acme.acts().len(), 1, "{name_}");
        let [answer] = <[_; 1]>::try_from(world.take(RESPONSES)).expect("one answer");
        assert_eq!(answer.deadline, parcel.deadline, "the deadline travels");
        let event = event_of(&answer);
        assert_eq!(name(&event), ("Alexa", "Response"), "{name_}");
        assert_eq!(event["event"]["endpoint"]["endpointId"], device);
        assert_eq!(event["event"]["header"]["correlationToken"], format!("{CORRELATION}-m-1"));
        assert_eq!(property(&event, "connectivity")["value"], "OK");
        for (property_, value) in effects {
            let found = property(&event, property_);
            let near = |one: &Value, other: &Value| match (one.as_f64(), other.as_f64()) {
                (Some(one), Some(other)) => (one - other).abs() < 0.001,
                _ => one == other,
            };
            match value.as_object() {
                Some(parts) => {
                    for (part, value) in parts {
                        assert!(near(&found[part], value), "{name_} {property_}: {found}");
                    }
                }
                None => assert_eq!(*found, value, "{name_} {property_}"),
            }
        }
    }
}

#[tokio::test]
async fn the_answer_is_what_the_device_says_and_not_what_was_asked() {
    let world = World::granted().await;
    let parcel = deferred(&world, turn_on()).await;
    world.acme.give(Trouble::answer(200, json!({ "on": false, "brightness": 7 })).on("PATCH"));
    world.sync(&[parcel]).await;
    let event = world.answers().remove(0);
    assert_eq!(*property(&event, "powerState"), "OFF");
    assert_eq!(*property(&event, "brightness"), 7);
}

#[tokio::test]
async fn steps_end_where_the_range_ends() {
    let color = "Alexa.ColorTemperatureController";
    let bright = "Alexa.BrightnessController";
    for (before, namespace, name_, payload, property_, value) in [
        (
            json!({ "kelvin": 9_800 }),
            color,
            "IncreaseColorTemperature",
            json!({}),
            "colorTemperatureInKelvin",
            10_000,
        ),
        (
            json!({ "kelvin": 1_200 }),
            color,
            "DecreaseColorTemperature",
            json!({}),
            "colorTemperatureInKelvin",
            1_000,
        ),
        (
            json!({ "brightness": 90 }),
            bright,
            "AdjustBrightness",
            json!({ "brightnessDelta": 25 }),
            "brightness",
            100,
        ),
        (
            json!({ "brightness": 10 }),
            bright,
            "AdjustBrightness",
            json!({ "brightnessDelta": -25 }),
            "brightness",
            0,
        ),
    ] {
        let world = World::granted().await;
        world.acme.touch("ann", "lamp", before);
        let parcel = deferred(&world, directive("lamp", namespace, name_, payload)).await;
        world.sync(&[parcel]).await;
        assert_eq!(*property(&world.answers()[0], property_), value, "{name_}");
    }
}

#[tokio::test]
async fn a_status_is_told_as_alexa_knows_it() {
    // What is tried again takes its time: one of them will do.
    for (status, expected, again) in STATUSES.into_iter().filter(|row| row.0 != 503) {
        let world = World::granted().await;
        let parcel = deferred(&world, turn_on()).await;
        world.acme.give(Trouble::status(status).on("PATCH").always());
        assert!(world.sync(&[parcel]).await.is_empty());
        let event = world.answers().remove(0);
        assert_eq!(error(&event), expected, "{status}");
        let tries = world.acme.exchanges().iter().filter(|it| it.method == "PATCH").count();
        assert_eq!(tries, if again { 5 } else { 1 }, "{status}");
    }
}

#[tokio::test]
async fn what_acme_says_is_told_with_all_its_details() {
    let degrees = |value: f64| json!({ "value": value, "scale": "CELSIUS" });
    let range = |minimum: Value, maximum: Value| json!({ "minimumValue": minimum, "maximumValue": maximum });
    for (body, expected, extra) in [
        (
            json!({ "code": "low_battery", "percentage": 3 }),
            "ENDPOINT_LOW_POWER",
            json!({ "percentageState": 3.0 }),
        ),
        (json!({ "code": "low_battery" }), "ENDPOINT_LOW_POWER", json!({})),
        (
            json!({ "code": "out_of_range", "minimum": 10, "maximum": 90 }),
            "VALUE_OUT_OF_RANGE",
            json!({ "validRange": range(json!(10.0), json!(90.0)) }),
        ),
        (json!({ "code": "out_of_range" }), "VALUE_OUT_OF_RANGE", json!({})),
        (
            json!({ "code": "temperature_out_of_range", "minimum": 5, "maximum": 35 }),
            "TEMPERATURE_VALUE_OUT_OF_RANGE",
            json!({ "validRange": range(degrees(5.0), degrees(35.0)) }),
        ),
        (
            json!({ "code": "too_close", "apart": 2 }),
            "REQUESTED_SETPOINTS_TOO_CLOSE",
            json!({ "minimumTemperatureDelta": degrees(2.0) }),
        ),
        (json!({ "code": "too_close", "apart": "?" }), "INVALID_VALUE", json!({})),
        (json!({ "code": "off" }), "THERMOSTAT_IS_OFF", json!({})),
        (json!({ "code": "busy" }), "ENDPOINT_BUSY", json!({})),
        (json!({ "code": "broken" }), "HARDWARE_MALFUNCTION", json!({})),
        (json!({ "code": "old_firmware" }), "FIRMWARE_OUT_OF_DATE", json!({})),
        (
            json!({ "code": "wrong_mode", "mode": "ASLEEP" }),
            "NOT_SUPPORTED_IN_CURRENT_MODE",
            json!({ "currentDeviceMode": "ASLEEP" }),
        ),
        (
            json!({ "code": "wrong_mode", "mode": "dancing" }),
            "NOT_SUPPORTED_IN_CURRENT_MODE",
            json!({ "currentDeviceMode": "OTHER" }),
        ),
        (json!({ "code": TOKEN }), "INVALID_VALUE", json!({})),
        (json!("<html>"), "INVALID_VALUE", json!({})),
    ] {
        let world = World::granted().await;
        let parcel = deferred(&world, turn_on()).await;
        world.acme.give(Trouble::answer(422, body.clone()).on("PATCH"));
        world.sync(&[parcel]).await;
        let mut event = world.answers().remove(0);
        assert_eq!(error(&event), expected, "{body}");
        let payload = event["event"]["payload"].as_object_mut().expect("a payload");
        payload.remove("type");
        payload.remove("message");
        assert_eq!(json!(payload), extra, "{body}");
    }
}

#[tokio::test]
async fn a_thermostat_says_what_it_does_not_do() {
    let degrees = |value: f64| json!({ "value": value, "scale": "CELSIUS" });
    let both = |lower: f64, upper: f64| json!({ "lowerSetpoint": degrees(lower), "upperSetpoint": degrees(upper) });
    for (device, before, payload, namespace, expected) in [
        (
            "dual",
            json!({}),
            both(20.0, 21.0),
            "Alexa.ThermostatController",
            "REQUESTED_SETPOINTS_TOO_CLOSE",
        ),
        ("dual", json!({}), both(1.0, 21.0), "Alexa", "TEMPERATURE_VALUE_OUT_OF_RANGE"),
        (
            "hall",
            json!({ "mode": "OFF" }),
            json!({ "targetSetpoint": degrees(21.0) }),
            "Alexa.ThermostatController",
            "THERMOSTAT_IS_OFF",
        ),
        (
            "hall",
            json!({}),
            both(18.0, 24.0),
            "Alexa.ThermostatController",
            "DUAL_SETPOINTS_UNSUPPORTED",
        ),
    ] {
        let world = World::granted().await;
        world.acme.touch("ann", device, before);
        let parcel = deferred(
            &world,
            directive(device, "Alexa.ThermostatController", "SetTargetTemperature", payload),
        )
        .await;
        world.sync(&[parcel]).await;
        let event = world.answers().remove(0);
        assert_eq!((name(&event).0, error(&event)), (namespace, expected));
    }
}

/// Every type of error but the one of AcceptGrant, with all that it may carry.
pub(crate) fn every_error() -> Vec<ErrorType> {
    use ErrorType::*;
    let own = |error| Own(OwnError::Thermostat(error));
    let panel = |error| Own(OwnError::SecurityPanel(error));
    let degrees = |value| Temperature::new(value, Scale::Celsius).expect("in range");
    let mut all = vec![
        AlreadyInOperation,
        BridgeUnreachable,
        CloudControlDisabled,
        EndpointBusy,
        EndpointUnreachable,
        ExpiredAuthorizationCredential,
        FirmwareOutOfDate,
        HardwareMalfunction,
        InsufficientPermissions,
        InternalError,
        InvalidAuthorizationCredential,
        InvalidDirective,
        InvalidValue,
        NoSuchEndpoint,
        NotCalibrated,
        NotInOperation,
        PowerLevelNotSupported,
        RateLimitExceeded,
        TooManyFailedAttempts,
        EndpointLowPower { percentage: None },
        EndpointLowPower { percentage: Some(3.5) },
        EndpointLowPower { percentage: Some(f64::NAN) },
        ValueOutOfRange { valid: None },
        ValueOutOfRange { valid: Some((0.0, 100.0)) },
        ValueOutOfRange { valid: Some((0.0, f64::INFINITY)) },
        TemperatureValueOutOfRange { valid: None },
        TemperatureValueOutOfRange { valid: Some((degrees(5.0), degrees(35.0))) },
        own(ThermostatError::SetpointsTooClose { minimum: degrees(2.0) }),
        own(ThermostatError::IsOff),
        own(ThermostatError::UnsupportedMode),
        own(ThermostatError::DualSetpointsUnsupported),
        own(ThermostatError::TripleSetpointsUnsupported),
        own(ThermostatError::UnwillingToSetSchedule),
        own(ThermostatError::UnwillingToSetValue),
        panel(SecurityPanelError::AuthorizationRequired),
        panel(SecurityPanelError::BypassNeeded),
        panel(SecurityPanelError::NotReady),
        panel(SecurityPanelError::Unauthorized),
        panel(SecurityPanelError::UnclearedAlarm),
        panel(SecurityPanelError::UnclearedTrouble),
    ];
    use DeviceMode::{Asleep, Color, NotProvisioned, Other};
    let modes = [Color, Asleep, NotProvisioned, Other];
    all.extend(modes.map(|mode| NotSupportedInCurrentMode { mode }));
    all
}

#[tokio::test]
async fn every_error_is_told_in_the_form_of_its_interface() {
    let mut told = std::collections::BTreeSet::new();
    for fault in every_error() {
        let world = World::granted().await;
        let parcel = deferred(&world, turn_on()).await;
        let cloud = Says(Err(Fault::new(fault, "for logs")));
        assert!(world.sync_of(cloud, &[parcel]).await.is_empty());
        // Checked as Alexa checks it.
        let event = world.answers().remove(0);
        assert_eq!(error(&event), fault.name());
        assert_eq!(name(&event).0, fault.namespace());
        assert_eq!(event["event"]["payload"]["message"], "for logs");
        told.insert(error(&event).to_owned());
    }
    let plain = schema::PLAIN_ERRORS.len()
        + schema::PLAIN_THERMOSTAT_ERRORS.len()
        + schema::PLAIN_PANEL_ERRORS.len();
    assert_eq!(told.len(), plain + 5, "23 general ones, 7 of thermostats, 6 of alarm systems");
}

#[tokio::test]
async fn what_comes_after_its_deadline_is_not_carried_out() {
    let unlock = directive("door", "Alexa.LockController", "Unlock", json!({}));
    for (directive, in_time, late) in [(turn_on(), 5.0, 6.1), (unlock, 19.0, 20.1)] {
        for (after, acts) in [(in_time, 1), (late, 0)] {
            let world = World::granted().await;
            let parcel = deferred(&world, directive.clone()).await;
            world.advance(after);
            assert!(world.sync(&[parcel]).await.is_empty(), "it is done with");
            assert_eq!(world.acme.acts().len(), acts, "{after} s");
            assert_eq!(world.answers().len(), acts, "{after} s");
        }
    }
}

#[tokio::test]
async fn a_state_that_comes_after_the_deadline_is_reported_as_a_change() {
    let world = World::granted().await;
    let parcel = deferred(&world, turn_on()).await;
    world.acme.give(Trouble::slow(Duration::from_millis(150)).on("PATCH"));
    let clock = world.memory.clone();
    let later = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        clock.advance(Duration::from_secs(7));
    };
    let parcels = [parcel];
    let (failed, ()) = tokio::join!(world.sync(&parcels), later);
    assert!(failed.is_empty());
    let [answer] = <[_; 1]>::try_from(world.take(RESPONSES)).expect("one answer");
    assert_eq!(answer.deadline, None, "nobody waits for it");
    let event = event_of(&answer);
    assert_eq!(name(&event).1, "ChangeReport");
    assert_eq!(event["event"]["payload"]["change"]["cause"]["type"], "VOICE_INTERACTION");
    assert_eq!(*property(&event, "powerState"), "ON");
}

#[tokio::test]
async fn a_cloud_that_takes_too_long_is_not_waited_for() {
    let world = World::granted().await;
    let mut parcel = deferred(&world, turn_on()).await;
    parcel.deadline = Some(world.now() + 800);
    world.acme.give(Trouble::slow(Duration::from_secs(5)).on("PATCH"));
    world.sync(&[parcel.clone()]).await;
    let [answer] = <[_; 1]>::try_from(world.take(RESPONSES)).expect("one answer");
    assert_eq!(error(&event_of(&answer)), "ENDPOINT_UNREACHABLE");
    assert!(world.now() < parcel.deadline.expect("a deadline"), "there is time left to tell");
}

#[tokio::test]
async fn what_is_delivered_twice_is_done_once() {
    let world = World::granted().await;
    let parcel = deferred(&world, turn_on()).await;
    assert!(world.sync(&[parcel.clone(), parcel]).await.is_empty());
    assert_eq!(world.acme.acts().len(), 1, "Acme knows the directive again by its id");
    let keys: Vec<_> = world.acme.exchanges();
    let keys: Vec<_> = keys.iter().filter_map(|it| it.headers.get("idempotency-key")).collect();
    assert_eq!(keys, ["m-1", "m-1"]);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_had_again_and_acts_once() {
    let world = World::granted().await;
    let parcel = deferred(&world, turn_on()).await;
    world.acme.give(Trouble::status(503).on("PATCH").after_doing());
    world.sync(&[parcel]).await;
    assert_eq!(world.acme.acts().len(), 1);
    assert_eq!(name(&world.answers()[0]).1, "Response");
}

#[tokio::test]
async fn a_promise_is_no_state() {
    let world = World::granted().await;
    world.acme.set_pace(Pace::WhenTold);
    let parcel = deferred(&world, turn_on()).await;
    world.sync(&[parcel]).await;
    assert_eq!(error(&world.answers()[0]), "INTERNAL_ERROR");
    let parcel = deferred(&world, turn_on()).await;
    world.acme.give(Trouble::status(202).on("PATCH"));
    world.sync(&[parcel]).await;
    assert_eq!(error(&world.answers()[0]), "INTERNAL_ERROR", "accepted under no name");
}

#[tokio::test]
async fn a_message_that_fails_takes_no_other_down() {
    let world = World::granted().await;
    let good = deferred(&world, turn_on()).await;
    let bad = Parcel { body: r#"{"message_id":"?"}"#.to_owned(), ..good.clone() };
    let none = Parcel { body: "?".to_owned(), ..good.clone() };
    assert_eq!(world.sync(&[bad, good.clone(), none]).await, [0, 2]);
    assert_eq!(world.answers().len(), 1);

    world.memory.set_failing(RESPONSES, true);
    assert_eq!(world.sync(&[good]).await, [0], "what is not answered comes again");
}

#[tokio::test]
async fn a_state_of_the_cloud_is_sampled_when_it_says() {
    let world = World::granted().await;
    let parcel = deferred(&world, turn_on()).await;
    world.acme.touch("ann", "lamp", json!({ "at": 1_506_537_030_450_u64 }));
    world.sync(&[parcel]).await;
    let event = world.answers().remove(0);
    let known = event["context"]["properties"].as_array().expect("properties");
    let power = known.iter().find(|it| it["name"] == "powerState").expect("power");
    assert_eq!(power["timeOfSample"], "2017-09-27T18:30:30.450Z");
}

#[tokio::test]
async fn a_cloud_that_knows_nothing_still_answers() {
    let world = World::granted().await;
    for state in [
        State::new(),
        State::at(
            alexa_patterns::message::Timestamp::from_milliseconds(0),
            [Property::Power(Power::On)],
        ),
    ] {
        let parcel = deferred(&world, turn_on()).await;
        world.sync_of(Says(Ok(Outcome::Done(state))), &[parcel]).await;
        let event = world.answers().remove(0);
        assert_eq!(property(&event, "connectivity")["value"], "OK");
    }
}

//! The entrypoint: answers at once, or defers.

use crate::support::*;
use alexa_doubles::{Device, Rotation, Trouble};
use alexa_handlers::{
    Account, Api, DeviceCloud, Entrypoint, Fault, Order, Outcome, PushRefused, User, acme,
};
use alexa_patterns::{
    contract,
    message::{
        Capability, Category, Command, DevicePush, DiscoveredDevice, EndpointId, ErrorType, Label,
        Plain, Region, State, StateChange, Token,
    },
};
use net_dsl::HttpRequest;
use serde_json::{Value, json};
use std::time::Duration;

fn report_state(device: &str) -> Value {
    directive(device, "Alexa", "ReportState", json!({}))
}

/// Every directive of the seven controllers: device, interface, name, payload.
pub(crate) fn every_command() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let degrees = |value: f64| json!({ "value": value, "scale": "CELSIUS" });
    let (power, bright) = ("Alexa.PowerController", "Alexa.BrightnessController");
    let (color, kelvin) = ("Alexa.ColorController", "Alexa.ColorTemperatureController");
    let (thermostat, lock) = ("Alexa.ThermostatController", "Alexa.LockController");
    let purple = json!({ "color": { "hue": 350.5, "saturation": 0.7138, "brightness": 0.6524 } });
    let both = json!({ "lowerSetpoint": degrees(19.0), "upperSetpoint": degrees(23.0) });
    let mut all = both.clone();
    all["targetSetpoint"] = degrees(21.0);
    vec![
        ("lamp", power, "TurnOn", json!({})),
        ("lamp", power, "TurnOff", json!({})),
        ("lamp", bright, "SetBrightness", json!({ "brightness": 75 })),
        ("lamp", bright, "AdjustBrightness", json!({ "brightnessDelta": -25 })),
        ("lamp", color, "SetColor", purple),
        ("lamp", kelvin, "SetColorTemperature", json!({ "colorTemperatureInKelvin": 5_000 })),
        ("lamp", kelvin, "IncreaseColorTemperature", json!({})),
        ("lamp", kelvin, "DecreaseColorTemperature", json!({})),
        ("hall", thermostat, "SetTargetTemperature", json!({ "targetSetpoint": degrees(25.0) })),
        ("dual", thermostat, "SetTargetTemperature", both),
        ("triple", thermostat, "SetTargetTemperature", all),
        (
            "hall",
            thermostat,
            "AdjustTargetTemperature",
            json!({ "targetSetpointDelta": { "value": -1.8, "scale": "FAHRENHEIT" } }),
        ),
        ("hall", thermostat, "SetThermostatMode", json!({ "thermostatMode": { "value": "COOL" } })),
        ("hall", thermostat, "ResumeSchedule", json!({})),
        ("door", lock, "Lock", json!({})),
        ("door", lock, "Unlock", json!({})),
    ]
}

#[tokio::test]
async fn every_command_is_deferred_with_its_deadline() {
    let world = World::granted().await;
    for (device, namespace, name_, payload) in every_command() {
        let before = world.now();
        let directive = directive(device, namespace, name_, payload.clone());
        let answer = world.ask(directive).await;
        assert_eq!(name(&answer), ("Alexa", "DeferredResponse"), "{name_}");
        let header = &answer["event"]["header"];
        assert_eq!(header["correlationToken"], format!("{CORRELATION}-m-1"), "{name_}");
        let [parcel] = <[_; 1]>::try_from(world.take(DEFERRED)).expect("one is sent");
        let budget = if device == "door" { 20_000 } else { 6_000 };
        let deadline = parcel.deadline.expect("a deadline");
        assert!((before + budget..=world.now() + budget).contains(&deadline), "{name_}");
        let sent: Value = serde_json::from_str(&parcel.body).expect("JSON");
        assert_eq!(sent["message_id"], "m-1");
        assert_eq!((&sent["user"], &sent["customer"]), (&json!("ann"), &json!("l-1")));
        assert_eq!(sent["command"]["namespace"], namespace);
        assert_eq!(sent["command"]["name"], name_);
        assert_eq!(sent["command"]["payload"], payload, "{name_}");
        assert_eq!(sent["target"]["token"], TOKEN);
    }
    assert!(world.acme.acts().is_empty(), "nothing is done before it is deferred");
}

/// One that expects a command to take so long.
struct Takes(Duration);

impl DeviceCloud for Takes {
    async fn account(&self, _: &Token, _: &Api<'_>) -> Result<Account, Fault> {
        Ok(Account::new("ann", "l-1"))
    }
    async fn discover(&self, _: User<'_>, _: &Api<'_>) -> Result<Vec<DiscoveredDevice>, Fault> {
        Ok(Vec::new())
    }
    async fn state(&self, _: User<'_>, _: &EndpointId, _: &Api<'_>) -> Result<State, Fault> {
        Ok(State::new())
    }
    async fn command(&self, _: User<'_>, _: Order<'_>, _: &Api<'_>) -> Result<Outcome, Fault> {
        Ok(Outcome::Done(State::new()))
    }
    async fn push(
        &self,
        _: &HttpRequest<DevicePush>,
        _: &Api<'_>,
    ) -> Result<Vec<StateChange>, PushRefused> {
        Err(PushRefused::NotAuthentic)
    }
    fn latency(&self, _: &Command) -> Duration {
        self.0
    }
}

#[tokio::test]
async fn the_estimate_is_whole_seconds_from_one_to_the_budget() {
    let world = World::granted().await;
    let unlock = || directive("door", "Alexa.LockController", "Unlock", json!({}));
    for (milliseconds, light, lock) in [
        (0, 1, 1),
        (1, 1, 1),
        (1_000, 1, 1),
        (1_001, 2, 2),
        (5_500, 6, 6),
        (6_001, 6, 7),
        (19_500, 6, 20),
        (90_000, 6, 20),
        (u64::MAX, 6, 20),
    ] {
        for (directive, seconds) in [(turn_on(), light), (unlock(), lock)] {
            let answer = world.ask_of(Takes(Duration::from_millis(milliseconds)), directive).await;
            let estimate = &answer["event"]["payload"]["estimatedDeferralInSeconds"];
            assert_eq!(*estimate, seconds, "{milliseconds} ms");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_never_called_deferred() {
    let world = World::granted().await;
    world.memory.set_failing(DEFERRED, true);
    assert_eq!(error(&world.ask(turn_on()).await), "INTERNAL_ERROR");
    world.memory.set_failing(DEFERRED, false);
    assert_eq!(name(&world.ask(turn_on()).await).1, "DeferredResponse");
    world.memory.set_failing("grants", true);
    assert_eq!(error(&world.ask(turn_on()).await), "INTERNAL_ERROR");
    assert_eq!(world.take(DEFERRED).len(), 1);
}

#[tokio::test]
async fn without_permission_to_send_events_nothing_is_deferred() {
    let world = World::start().await;
    assert_eq!(error(&world.ask(turn_on()).await), "INSUFFICIENT_PERMISSIONS");
    // What is answered at once needs no permission.
    assert_eq!(name(&world.ask(report_state("lamp")).await).1, "StateReport");
    assert_eq!(name(&world.ask(discover()).await).1, "Discover.Response");
    assert!(world.take(DEFERRED).is_empty());
    // A directive proves that the skill is enabled, whatever the gateway has said before.
    world.grant().await;
    let mut quiet = world.grants().remove(0);
    quiet.quiet_until = u64::MAX;
    world.store(&quiet).await;
    assert_eq!(name(&world.ask(turn_on()).await).1, "DeferredResponse");
}

fn without(mut directive: Value, path: &str) -> Value {
    let (parent, field) = path.rsplit_once('/').expect("a path");
    let parent = directive.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    parent.remove(field).expect("the field");
    directive
}

fn with(mut directive: Value, path: &str, value: Value) -> Value {
    let (parent, field) = path.rsplit_once('/').expect("a path");
    directive.pointer_mut(parent).expect("an object")[field] = value;
    directive
}

#[tokio::test]
async fn messages_lack_what_alexa_leaves_out() {
    let world = World::granted().await;
    let grant = |world: &World| accept_grant(&world.login.code("ann"));
    let extra = json!({
        "type": "BearerTokenWithPartition", "token": TOKEN, "partition": "p", "userId": "u",
    });
    let (header, endpoint) = ("/directive/header", "/directive/endpoint");
    for (what, directive, expected) in [
        ("no correlation token", grant(&world), "AcceptGrant.Response"),
        (
            "the sample's correlation token",
            with(grant(&world), &format!("{header}/correlationToken"), "c".into()),
            "AcceptGrant.Response",
        ),
        ("no endpoint", discover(), "Discover.Response"),
        (
            "more in the scope",
            with(discover(), "/directive/payload/scope", extra.clone()),
            "Discover.Response",
        ),
        ("no cookie", without(report_state("lamp"), &format!("{endpoint}/cookie")), "StateReport"),
        ("no cookie", without(turn_on(), &format!("{endpoint}/cookie")), "DeferredResponse"),
        (
            "more in the scope",
            with(turn_on(), &format!("{endpoint}/scope"), extra),
            "DeferredResponse",
        ),
        (
            "fields of the future",
            with(with(turn_on(), "/directive/new", json!([])), &format!("{header}/new"), json!({})),
            "DeferredResponse",
        ),
        (
            "an instance",
            with(turn_on(), &format!("{header}/instance"), "i".into()),
            "DeferredResponse",
        ),
        ("no payload", without(turn_on(), "/directive/payload"), "DeferredResponse"),
    ] {
        let answer = world.ask(directive).await;
        assert_eq!(name(&answer).1, expected, "{what}: {answer:#}");
    }
}

#[tokio::test]
async fn what_is_no_directive_is_answered_with_why() {
    let world = World::granted().await;
    let payload = |device, namespace, name, payload| directive(device, namespace, name, payload);
    let bright = |value: Value| {
        payload(
            "lamp",
            "Alexa.BrightnessController",
            "SetBrightness",
            json!({ "brightness": value }),
        )
    };
    let thermostat =
        |name, value: Value| payload("hall", "Alexa.ThermostatController", name, value);
    let degrees = |value: f64| json!({ "value": value, "scale": "CELSIUS" });
    let header = |field: &str| format!("/directive/header/{field}");
    for (directive, expected) in [
        (json!(null), "INVALID_DIRECTIVE"),
        (json!("TurnOn"), "INVALID_DIRECTIVE"),
        (json!({ "directive": [] }), "INVALID_DIRECTIVE"),
        (without(turn_on(), &header("namespace")), "INVALID_DIRECTIVE"),
        (without(turn_on(), &header("name")), "INVALID_DIRECTIVE"),
        (without(turn_on(), &header("correlationToken")), "INVALID_DIRECTIVE"),
        (without(turn_on(), &header("messageId")), "INVALID_DIRECTIVE"),
        (with(turn_on(), &header("messageId"), "a b\n".into()), "INVALID_DIRECTIVE"),
        (with(turn_on(), &header("payloadVersion"), json!(3)), "INVALID_DIRECTIVE"),
        (with(turn_on(), &header("payloadVersion"), "3.0".into()), "INVALID_DIRECTIVE"),
        (with(turn_on(), &header("payloadVersion"), "2".into()), "INVALID_DIRECTIVE"),
        (payload("lamp", "Alexa.PowerController", "Toggle", json!({})), "INVALID_DIRECTIVE"),
        (payload("lamp", "Alexa.Speaker", "SetVolume", json!({})), "INVALID_DIRECTIVE"),
        (payload("lamp", "Alexa", "Frobnicate", json!({})), "INVALID_DIRECTIVE"),
        (without(turn_on(), "/directive/endpoint"), "NO_SUCH_ENDPOINT"),
        (with(turn_on(), "/directive/endpoint/endpointId", "a/b".into()), "NO_SUCH_ENDPOINT"),
        (without(turn_on(), "/directive/endpoint/scope"), "INVALID_AUTHORIZATION_CREDENTIAL"),
        (
            with(turn_on(), "/directive/endpoint/scope/token", "".into()),
            "INVALID_AUTHORIZATION_CREDENTIAL",
        ),
        (
            with(turn_on(), "/directive/endpoint/scope/type", "Basic".into()),
            "INVALID_AUTHORIZATION_CREDENTIAL",
        ),
        (without(discover(), "/directive/payload/scope"), "INVALID_AUTHORIZATION_CREDENTIAL"),
        (bright(json!(101)), "VALUE_OUT_OF_RANGE"),
        (bright(json!(-1)), "VALUE_OUT_OF_RANGE"),
        (bright(json!(50.5)), "INVALID_DIRECTIVE"),
        (bright(json!("50")), "INVALID_DIRECTIVE"),
        (bright(Value::Null), "INVALID_DIRECTIVE"),
        (
            payload(
                "lamp",
                "Alexa.BrightnessController",
                "AdjustBrightness",
                json!({ "brightnessDelta": -101 }),
            ),
            "VALUE_OUT_OF_RANGE",
        ),
        (
            payload(
                "lamp",
                "Alexa.ColorTemperatureController",
                "SetColorTemperature",
                json!({ "colorTemperatureInKelvin": 999 }),
            ),
            "VALUE_OUT_OF_RANGE",
        ),
        (
            payload(
                "lamp",
                "Alexa.ColorController",
                "SetColor",
                json!({ "color": { "hue": 361, "saturation": 0, "brightness": 0 } }),
            ),
            "VALUE_OUT_OF_RANGE",
        ),
        (
            payload(
                "lamp",
                "Alexa.ColorController",
                "SetColor",
                json!({ "color": { "hue": 1, "saturation": 0 } }),
            ),
            "INVALID_DIRECTIVE",
        ),
        (
            thermostat("SetTargetTemperature", json!({ "targetSetpoint": degrees(101.0) })),
            "TEMPERATURE_VALUE_OUT_OF_RANGE",
        ),
        (
            thermostat("SetTargetTemperature", json!({ "lowerSetpoint": degrees(20.0) })),
            "INVALID_DIRECTIVE",
        ),
        (thermostat("SetTargetTemperature", json!({})), "INVALID_DIRECTIVE"),
        (
            thermostat("AdjustTargetTemperature", json!({ "targetSetpointDelta": { "value": 1 } })),
            "INVALID_DIRECTIVE",
        ),
        (
            thermostat("SetThermostatMode", json!({ "thermostatMode": { "value": "CUSTOM" } })),
            "UNSUPPORTED_THERMOSTAT_MODE",
        ),
        (thermostat("SetThermostatMode", json!({})), "INVALID_DIRECTIVE"),
        (with(accept_grant("c"), "/directive/header/name", "Other".into()), "ACCEPT_GRANT_FAILED"),
        (without(accept_grant("c"), "/directive/payload/grant"), "ACCEPT_GRANT_FAILED"),
        (without(accept_grant("c"), "/directive/payload/grantee"), "ACCEPT_GRANT_FAILED"),
    ] {
        let answer = world.ask(directive.clone()).await;
        assert_eq!(error(&answer), expected, "{directive:#}");
    }
    assert!(world.take(DEFERRED).is_empty());
    let range = world.ask(bright(json!(101))).await["event"]["payload"]["validRange"].clone();
    assert_eq!(
        (range["minimumValue"].as_f64(), range["maximumValue"].as_f64()),
        (Some(0.0), Some(100.0))
    );
}

#[tokio::test]
async fn a_value_that_is_wrong_is_not_repeated() {
    let world = World::granted().await;
    // Whoever mixes fields up may put a token anywhere.
    for (namespace, name, payload) in [
        ("Alexa.BrightnessController", "SetBrightness", json!({ "brightness": TOKEN })),
        ("Alexa.ColorController", "SetColor", json!({ "color": TOKEN })),
        ("Alexa.ThermostatController", "SetTargetTemperature", json!({ "targetSetpoint": TOKEN })),
        (
            "Alexa.ThermostatController",
            "SetThermostatMode",
            json!({ "thermostatMode": { "value": TOKEN } }),
        ),
        (TOKEN, TOKEN, json!(TOKEN)),
    ] {
        assert_ne!(error(&world.ask(directive("lamp", namespace, name, payload)).await), "");
    }
}

#[tokio::test]
async fn discovery_tells_every_device_with_all_it_can_do() {
    let world = World::start().await;
    let answer = world.ask(discover()).await;
    let devices = answer["event"]["payload"]["endpoints"].as_array().expect("devices");
    let interfaces = |id: &str| {
        let device = devices.iter().find(|device| device["endpointId"] == id).expect(id);
        let capabilities = device["capabilities"].as_array().expect("capabilities").iter();
        let shown = device["displayCategories"][0].as_str().unwrap_or_default().to_owned();
        let interfaces = capabilities.map(|it| {
            let name = it["interface"].as_str().unwrap_or_default();
            let supported = it["properties"]["supported"].as_array().into_iter().flatten();
            let names = supported.filter_map(|it| it["name"].as_str()).collect::<Vec<_>>();
            format!("{} {}", name.trim_start_matches("Alexa."), names.join(" "))
        });
        (shown, interfaces.collect::<Vec<_>>())
    };
    let always = ["Alexa ", "EndpointHealth connectivity"];
    for (id, shown, own) in [
        (
            "lamp",
            "LIGHT",
            vec![
                "PowerController powerState",
                "BrightnessController brightness",
                "ColorController color",
                "ColorTemperatureController colorTemperatureInKelvin",
            ],
        ),
        ("door", "SMARTLOCK", vec!["LockController lockState"]),
        ("attic", "TEMPERATURE_SENSOR", vec!["TemperatureSensor temperature"]),
        (
            "hall",
            "THERMOSTAT",
            vec![
                "ThermostatController targetSetpoint thermostatMode",
                "TemperatureSensor temperature",
            ],
        ),
        (
            "dual",
            "THERMOSTAT",
            vec![
                "ThermostatController lowerSetpoint upperSetpoint thermostatMode",
                "TemperatureSensor temperature",
            ],
        ),
        (
            "triple",
            "THERMOSTAT",
            vec![
                "ThermostatController targetSetpoint lowerSetpoint upperSetpoint thermostatMode",
                "TemperatureSensor temperature",
            ],
        ),
    ] {
        let expected: Vec<_> = always.iter().copied().chain(own).collect();
        let (category, found) = interfaces(id);
        assert_eq!(
            (category.as_str(), found),
            (shown, expected.iter().map(ToString::to_string).collect())
        );
    }
    for device in devices {
        for capability in device["capabilities"].as_array().expect("capabilities").iter().skip(1) {
            let properties = &capability["properties"];
            assert_eq!(properties["retrievable"], true, "ReportState is answered");
            assert_eq!(properties["proactivelyReported"], true, "changes are reported");
        }
    }
}

#[tokio::test]
async fn discovery_tells_300_devices_each_once_and_none_that_alexa_does_not_take() {
    for (count, told) in [(0, 0), (299, 299), (300, 300), (301, 300)] {
        let world = World::start().await;
        world.acme.delete("ann");
        let devices = (0..count).map(|n| (format!("lamp-{n}"), Device::bulb()));
        world.acme.add("ann", TOKEN, devices);
        let answer = world.ask(discover()).await;
        let devices = answer["event"]["payload"]["endpoints"].as_array().map(Vec::len);
        assert_eq!(devices, Some(told), "of {count}");
    }
    let world = World::start().await;
    world.acme.delete("ann");
    let long = "é".repeat(200);
    world.acme.add(
        "ann",
        TOKEN,
        [
            ("kitchen.lamp", Device::bulb()),
            ("kitchen lamp", Device::bulb()),
            ("long", Device::bulb().named(&long)),
            ("nameless", Device::bulb().named("")),
        ],
    );
    let answer = world.ask(discover()).await;
    let devices = answer["event"]["payload"]["endpoints"].as_array().expect("devices");
    let ids: Vec<_> = devices.iter().map(|device| &device["endpointId"]).collect();
    assert_eq!(ids, ["kitchen.lamp", "long", "nameless"]);
}

/// Lists a device twice.
struct Twice;

impl DeviceCloud for Twice {
    async fn account(&self, _: &Token, _: &Api<'_>) -> Result<Account, Fault> {
        Ok(Account::new("ann", "l-1"))
    }
    async fn discover(&self, _: User<'_>, _: &Api<'_>) -> Result<Vec<DiscoveredDevice>, Fault> {
        let lamp = |id: &str, name: &str| {
            DiscoveredDevice::builder()
                .endpoint(EndpointId::new(id).expect("an id"))
                .name(Label::cut(name))
                .manufacturer(Label::cut("Acme"))
                .description(Label::cut("a lamp"))
                .category(Category::Light)
                .capabilities([Capability::Power(Plain)])
                .build()
        };
        Ok(vec![lamp("a", "first"), lamp("b", "other"), lamp("a", "second")])
    }
    async fn state(&self, _: User<'_>, _: &EndpointId, _: &Api<'_>) -> Result<State, Fault> {
        Ok(State::new())
    }
    async fn command(&self, _: User<'_>, _: Order<'_>, _: &Api<'_>) -> Result<Outcome, Fault> {
        Ok(Outcome::Done(State::new()))
    }
    async fn push(
        &self,
        _: &HttpRequest<DevicePush>,
        _: &Api<'_>,
    ) -> Result<Vec<StateChange>, PushRefused> {
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn a_device_that_is_listed_twice_is_told_once() {
    let world = World::start().await;
    let answer = world.ask_of(Twice, discover()).await;
    let devices = answer["event"]["payload"]["endpoints"].as_array().expect("devices");
    let names: Vec<_> = devices.iter().map(|device| &device["friendlyName"]).collect();
    assert_eq!(names, ["first", "other"]);
}

#[tokio::test]
async fn a_state_report_has_all_that_is_known() {
    let world = World::start().await;
    for (device, properties) in [
        ("lamp", "brightness color colorTemperatureInKelvin powerState"),
        ("door", "lockState"),
        ("attic", "temperature"),
        ("hall", "targetSetpoint temperature thermostatMode"),
        ("dual", "lowerSetpoint temperature thermostatMode upperSetpoint"),
        ("triple", "lowerSetpoint targetSetpoint temperature thermostatMode upperSetpoint"),
    ] {
        let answer = world.ask(report_state(device)).await;
        assert_eq!(
            name(&answer),
            ("Alexa", "StateReport"),
            "not ReportState, as the article has it"
        );
        assert_eq!(answer["event"]["endpoint"]["endpointId"], device);
        assert_eq!(property(&answer, "connectivity")["value"], "OK");
        let known = answer["context"]["properties"].as_array().expect("properties").iter();
        let mut names: Vec<_> = known.filter_map(|it| it["name"].as_str()).collect();
        names.retain(|name| *name != "connectivity");
        names.sort_unstable();
        assert_eq!(names.join(" "), properties, "{device}");
    }
}

#[tokio::test]
async fn a_device_out_of_reach_is_reported_and_not_an_error() {
    let world = World::start().await;
    world.acme.touch("ann", "lamp", json!({ "reachable": false, "on": true }));
    let answer = world.ask(report_state("lamp")).await;
    assert_eq!(property(&answer, "connectivity")["value"], "UNREACHABLE");
    assert_eq!(*property(&answer, "powerState"), "ON", "the last that was known");
    world.acme.give(Trouble::status(200).on("GET"));
    world.acme.relent();

    let unreachable = Fault::new(ErrorType::EndpointUnreachable, "no");
    let answer = world.ask_of(Says(Err(unreachable)), report_state("lamp")).await;
    assert_eq!(name(&answer).1, "StateReport");
    assert_eq!(property(&answer, "connectivity")["value"], "UNREACHABLE");
    let bridge = Fault::new(ErrorType::BridgeUnreachable, "no");
    let answer = world.ask_of(Says(Err(bridge)), report_state("lamp")).await;
    assert_eq!(error(&answer), "BRIDGE_UNREACHABLE");
}

/// What a status of Acme's says, and whether it is worth asking again.
pub(crate) const STATUSES: [(u16, &str, bool); 11] = [
    (400, "INVALID_VALUE", false),
    (403, "INSUFFICIENT_PERMISSIONS", false),
    (404, "NO_SUCH_ENDPOINT", false),
    (409, "ENDPOINT_BUSY", false),
    (418, "ENDPOINT_UNREACHABLE", false),
    (422, "INVALID_VALUE", false),
    (429, "RATE_LIMIT_EXCEEDED", true),
    (500, "ENDPOINT_UNREACHABLE", false),
    (502, "ENDPOINT_UNREACHABLE", false),
    (503, "ENDPOINT_UNREACHABLE", true),
    (504, "ENDPOINT_UNREACHABLE", false),
];

#[tokio::test]
async fn who_the_user_is_decides_everything_and_why_it_is_not_known_is_told() {
    for (status, expected, again) in STATUSES {
        let world = World::granted().await;
        world.acme.give(Trouble::status(status).always());
        let directives = if again { vec![turn_on()] } else { vec![turn_on(), discover()] };
        for directive in directives {
            let asked = world.acme.exchanges().len();
            let answer = world.ask(directive).await;
            assert_eq!(error(&answer), expected, "{status}");
            let tries = world.acme.exchanges().len() - asked;
            assert_eq!(tries, if again { 5 } else { 1 }, "{status}");
        }
        assert!(world.take(DEFERRED).is_empty());
    }
}

#[tokio::test]
async fn a_moment_of_trouble_is_waited_out() {
    for trouble in [Trouble::status(503), Trouble::status(429), Trouble::status(503).times(3)] {
        let world = World::granted().await;
        world.acme.give(trouble);
        assert_eq!(name(&world.ask(turn_on()).await).1, "DeferredResponse");
    }
    let world = World::granted().await;
    world.acme.stop();
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(error(&world.ask(turn_on()).await), "ENDPOINT_UNREACHABLE");
    let answer = world.ask(report_state("lamp")).await;
    assert_eq!(property(&answer, "connectivity")["value"], "UNREACHABLE");
}

#[tokio::test]
async fn answers_that_are_no_answers_are_faults() {
    for (what, trouble) in [
        ("no JSON", Trouble::answer(200, "<html>")),
        ("no account", Trouble::answer(200, json!({}))),
        ("an empty account", Trouble::answer(200, json!({ "account": "" }))),
    ] {
        let world = World::granted().await;
        world.acme.give(trouble);
        let answer = world.ask(turn_on()).await;
        assert_eq!(error(&answer), "INVALID_AUTHORIZATION_CREDENTIAL", "{what}");
    }
    // A list of devices may echo anything, even a token.
    let echo = json!(TOKEN);
    for body in [json!("?"), json!({ "devices": [] }), json!([{ "id": 7 }]), json!([echo])] {
        let world = World::granted().await;
        world.acme.give(Trouble::slow(Duration::ZERO));
        world.acme.give(Trouble::answer(200, body));
        assert_eq!(error(&world.ask(discover()).await), "INTERNAL_ERROR");
    }
    let world = World::granted().await;
    world.acme.give(Trouble::hang_up().times(9));
    assert_eq!(error(&world.ask(turn_on()).await), "ENDPOINT_UNREACHABLE");
}

#[tokio::test]
async fn the_token_of_a_deleted_user_is_no_good() {
    let world = World::granted().await;
    world.acme.delete("ann");
    for directive in [turn_on(), report_state("lamp"), discover()] {
        assert_eq!(error(&world.ask(directive).await), "EXPIRED_AUTHORIZATION_CREDENTIAL");
    }
    let code = world.login.code("ann");
    assert_eq!(error(&world.ask(accept_grant(&code)).await), "ACCEPT_GRANT_FAILED");
    assert_eq!(world.login.exchanges().len(), 0, "the code of nobody is not exchanged");
}

#[tokio::test]
async fn a_device_of_somebody_else_is_no_device() {
    let world = World::granted().await;
    world.acme.add("bob", "hush-token-of-bob", [("bobs-lamp", Device::bulb())]);
    assert_eq!(error(&world.ask(report_state("bobs-lamp")).await), "NO_SUCH_ENDPOINT");
    // Ids are escaped: none leads elsewhere.
    assert_eq!(error(&world.ask(report_state("..?@&#;")).await), "NO_SUCH_ENDPOINT");
    assert_eq!(error(&world.ask(report_state("?@&#;")).await), "NO_SUCH_ENDPOINT");
}

#[tokio::test]
async fn a_grant_is_exchanged_and_stored_before_it_is_accepted() {
    let world = World::start().await;
    let before = world.now();
    let answer = world.ask(accept_grant(&world.login.code("ann"))).await;
    assert_eq!(name(&answer), ("Alexa.Authorization", "AcceptGrant.Response"));
    let [grant] = <[_; 1]>::try_from(world.grants()).expect("one grant");
    assert_eq!((grant.user.as_str(), grant.customer.as_str()), ("ann", "l-1"));
    assert_eq!((grant.region, grant.quiet_until), (Some(Region::Europe), 0));
    assert_eq!(world.login.user(grant.access_token.expose()).as_deref(), Some("ann"));
    assert!((before + 3_600_000..=world.now() + 3_600_000).contains(&grant.expires_at));
    let asked = world.login.exchanges().remove(0);
    let kind = asked.headers["content-type"].as_str();
    assert!(kind.starts_with("application/x-www-form-urlencoded"), "{kind}");
    assert!(
        !asked.body.contains("redirect_uri")
            && asked.body.contains("grant_type=authorization_code")
    );
}

#[tokio::test]
async fn a_grant_that_comes_again_changes_nothing_and_a_new_one_replaces_it() {
    let world = World::start().await;
    let code = world.login.code("ann");
    assert_eq!(name(&world.ask(accept_grant(&code)).await).1, "AcceptGrant.Response");
    let first = world.grants();
    // A code is good once.
    assert_eq!(error(&world.ask(accept_grant(&code)).await), "ACCEPT_GRANT_FAILED");
    assert_eq!(world.grants(), first, "the grant stays good");

    let mut quiet = first[0].clone();
    quiet.quiet_until = u64::MAX;
    world.store(&quiet).await;
    assert_eq!(
        name(&world.ask(accept_grant(&world.login.code("ann"))).await).1,
        "AcceptGrant.Response"
    );
    let second = world.grants();
    assert_eq!(second.len(), 1);
    assert!(second[0].quiet_until == 0 && second[0].access_token != first[0].access_token);
}

#[tokio::test]
async fn a_grant_that_cannot_be_exchanged_or_stored_is_not_accepted() {
    let oauth =
        |error: &str| json!({ "error": error, "error_description": "hush-no", "request_id": "1" });
    let no_refresh =
        json!({ "access_token": "hush-a", "token_type": "bearer", "expires_in": 3_600 });
    for (what, trouble, tries) in [
        ("invalid_request", Trouble::answer(400, oauth("invalid_request")), 1),
        ("invalid_client", Trouble::answer(401, oauth("invalid_client")), 1),
        ("invalid_grant", Trouble::answer(400, oauth("invalid_grant")), 1),
        ("unauthorized_client", Trouble::answer(400, oauth("unauthorized_client")), 1),
        ("unsupported_grant_type", Trouble::answer(400, oauth("unsupported_grant_type")), 1),
        ("an unknown error", Trouble::answer(400, oauth("hush_unknown")), 1),
        ("ServerError", Trouble::answer(500, oauth("ServerError")), 5),
        ("no JSON", Trouble::answer(200, "hush"), 1),
        ("no access token", Trouble::answer(200, json!({ "refresh_token": "hush-r" })), 1),
        ("no refresh token", Trouble::answer(200, no_refresh), 1),
        // Whether the code is used up nobody knows, so it is not tried again.
        ("a lost answer", Trouble::hang_up().after_doing(), 1),
    ] {
        let world = World::start().await;
        world.login.give(trouble.always());
        let answer = world.ask(accept_grant(&world.login.code("ann"))).await;
        assert_eq!(name(&answer).0, "Alexa.Authorization", "{what}");
        assert_eq!(error(&answer), "ACCEPT_GRANT_FAILED", "{what}");
        assert!(world.grants().is_empty(), "{what}");
        assert_eq!(world.login.exchanges().len(), tries, "{what}");
    }
    let world = World::start().await;
    world.memory.set_failing("grants", true);
    assert_eq!(
        error(&world.ask(accept_grant(&world.login.code("ann"))).await),
        "ACCEPT_GRANT_FAILED"
    );
    for secret in ["arn:acme", "arn:login"] {
        let world = World::start().await;
        world.memory.set_secret(secret, "hush, this is no JSON");
        let directive =
            if secret == "arn:login" { accept_grant(&world.login.code("ann")) } else { discover() };
        assert_ne!(error(&world.ask(directive).await), "", "{secret}");
    }
}

#[tokio::test]
async fn a_login_that_is_away_for_a_moment_is_waited_for() {
    let world = World::start().await;
    world.login.give(Trouble::status(503).times(2));
    world.login.set_rotation(Rotation::SingleUse);
    let answer = world.ask(accept_grant(&world.login.code("ann"))).await;
    assert_eq!(name(&answer).1, "AcceptGrant.Response");
}

#[tokio::test]
async fn an_id_of_a_message_is_new_for_each() {
    let world = World::granted().await;
    let mut ids = std::collections::BTreeSet::new();
    for directive in [turn_on(), turn_on(), discover(), report_state("lamp"), json!(null)] {
        let answer = world.ask_of(acme::Acme, directive).await;
        assert!(ids.insert(answer["event"]["header"]["messageId"].to_string()));
    }
}

#[tokio::test]
async fn what_takes_too_long_is_answered_while_alexa_waits() {
    // Each of the things that a directive waits for, one at a time.
    let slow = || Trouble::slow(Duration::from_secs(9));
    let quick = || Trouble::slow(Duration::ZERO);
    type Spoil = fn(&World, Trouble, Trouble);
    let account: Spoil = |world, slow, _| world.acme.give(slow);
    let second: Spoil = |world, slow, quick| {
        world.acme.give(quick);
        world.acme.give(slow);
    };
    let login: Spoil = |world, slow, _| world.login.give(slow);
    type Asked = fn(&World) -> Value;
    let cases: [(&str, Spoil, Asked, &str); 6] = [
        ("account", account, |_| turn_on(), "ENDPOINT_UNREACHABLE"),
        ("account", account, |_| discover(), "ENDPOINT_UNREACHABLE"),
        ("account", account, |_| report_state("lamp"), "StateReport"),
        ("devices", second, |_| discover(), "ENDPOINT_UNREACHABLE"),
        ("account", account, |world| accept_grant(&world.login.code("ann")), "ACCEPT_GRANT_FAILED"),
        ("login", login, |world| accept_grant(&world.login.code("ann")), "ACCEPT_GRANT_FAILED"),
    ];
    for (what, spoil, directive, expected) in cases {
        let world = World::granted().await;
        spoil(&world, slow(), quick());
        let directive = directive(&world);
        let started = std::time::Instant::now();
        let answer = world.ask_within(Duration::from_millis(1_200), directive).await;
        assert!(started.elapsed() < Duration::from_millis(1_200), "{what} {expected}");
        let (said, error) = (name(&answer).1, error(&answer));
        assert!(said == expected || error == expected, "{what}: {said} {error}");
    }
}

#[tokio::test]
async fn a_directive_leaves_half_of_its_time_to_whoever_carries_it_out() {
    // What is deferred later comes after its deadline, and is answered by nobody.
    let world = World::granted().await;
    world.acme.give(Trouble::slow(Duration::from_secs(9)));
    let started = std::time::Instant::now();
    let answer = world.ask_within(Duration::from_secs(8), turn_on()).await;
    let took = started.elapsed();
    assert_eq!(error(&answer), "ENDPOINT_UNREACHABLE");
    assert!(took < Duration::from_millis(3_500), "{took:?}");
    assert!(world.take(DEFERRED).is_empty());
}

#[tokio::test]
async fn discovery_says_that_changes_are_reported_where_the_network_does() {
    let world = World::start().await;
    for reports in [true, false] {
        let entrypoint = Entrypoint::new(acme::Acme, None).reporting_changes(reports);
        let runtime = world.runtime::<contract::Entrypoint>();
        let answer = runtime.invoke(&entrypoint, discover()).await.expect("an answer");
        let devices = answer["event"]["payload"]["endpoints"].as_array().expect("devices");
        let capabilities = devices.iter().filter_map(|device| device["capabilities"].as_array());
        let flags: Vec<_> = capabilities
            .flatten()
            .filter_map(|capability| capability["properties"].get("proactivelyReported"))
            .collect();
        assert!(!flags.is_empty() && flags.iter().all(|flag| **flag == reports));
    }
}

//! Directives and events go to text and come back as they were, and events are as Alexa's schema wants
//! them: what it rejects cannot be made.

use alexa_doubles::schema;
use alexa_patterns::message::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn number(least: f64, most: f64) -> impl Strategy<Value = f64> {
    prop_oneof![Just(least), Just(most), least..=most]
}

fn temperature() -> impl Strategy<Value = Temperature> {
    let scale = prop_oneof![Just(Scale::Celsius), Just(Scale::Fahrenheit), Just(Scale::Kelvin)];
    (number(-100.0, 100.0), scale)
        .prop_map(|(value, scale)| Temperature::new(value, scale).expect("in range"))
}

fn color() -> impl Strategy<Value = Color> {
    (number(0.0, 360.0), number(0.0, 1.0), number(0.0, 1.0)).prop_map(
        |(hue, saturation, brightness)| Color::new(hue, saturation, brightness).expect("in range"),
    )
}

fn percent() -> impl Strategy<Value = Percent> {
    (0_i64..=100).prop_map(|number| Percent::new(number).expect("in range"))
}

fn kelvin() -> impl Strategy<Value = Kelvin> {
    (1_000_i64..=10_000).prop_map(|number| Kelvin::new(number).expect("in range"))
}

fn mode() -> impl Strategy<Value = ThermostatMode> {
    use ThermostatMode::{Auto, Cool, Eco, Heat, Off};
    proptest::sample::select(vec![Auto, Cool, Heat, Eco, Off])
}

fn command() -> impl Strategy<Value = Command> {
    let temperatures = || (temperature(), temperature(), temperature());
    prop_oneof![
        proptest::sample::select(vec![
            Command::TurnOn,
            Command::TurnOff,
            Command::IncreaseColorTemperature,
            Command::DecreaseColorTemperature,
            Command::ResumeSchedule,
            Command::Lock,
            Command::Unlock,
        ]),
        percent().prop_map(Command::SetBrightness),
        (-100_i64..=100).prop_map(|delta| {
            Command::AdjustBrightness(PercentDelta::new(delta).expect("in range"))
        }),
        color().prop_map(Command::SetColor),
        kelvin().prop_map(Command::SetColorTemperature),
        temperature()
            .prop_map(|target| { Command::SetTargetTemperature(SetPoints::Single { target }) }),
        temperatures().prop_map(|(lower, upper, _)| {
            Command::SetTargetTemperature(SetPoints::Dual { lower, upper })
        }),
        temperatures().prop_map(|(target, lower, upper)| {
            Command::SetTargetTemperature(SetPoints::Triple { target, lower, upper })
        }),
        temperature().prop_map(Command::AdjustTargetTemperature),
        mode().prop_map(Command::SetThermostatMode),
    ]
}

fn endpoint() -> impl Strategy<Value = EndpointId> {
    prop_oneof!["[a-zA-Z0-9_=#;:?@&-]{1,40}", "[a-zA-Z0-9_=#;:?@&-]{256}"]
        .prop_map(|text| EndpointId::new(text).expect("it fits"))
}

fn message_id() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9-]{1,40}", "[a-zA-Z0-9-]{127}"]
}

fn target() -> impl Strategy<Value = Target> {
    let cookie = prop::collection::btree_map("[a-z]{1,5}", ".{0,5}", 0..3);
    (endpoint(), ".{1,9}", ".{1,9}", cookie).prop_map(|(endpoint, token, correlation, cookie)| {
        let (token, correlation) = (Token::new(token), CorrelationToken::new(correlation));
        Target { endpoint, token, correlation, cookie }
    })
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        (".{1,9}", ".{1,9}").prop_map(|(code, grantee)| Request::AcceptGrant {
            code: Token::new(code),
            grantee: Token::new(grantee),
        }),
        ".{1,9}".prop_map(|token| Request::Discover { token: Token::new(token) }),
        target().prop_map(Request::ReportState),
        (target(), command()).prop_map(|(target, command)| Request::Control(target, command)),
    ]
}

fn property() -> impl Strategy<Value = Property> {
    use LockState::{Jammed, Locked, Unlocked};
    prop_oneof![
        proptest::sample::select(vec![Power::On, Power::Off]).prop_map(Property::Power),
        percent().prop_map(Property::Brightness),
        color().prop_map(Property::Color),
        kelvin().prop_map(Property::ColorTemperature),
        temperature().prop_map(Property::TargetSetpoint),
        temperature().prop_map(Property::LowerSetpoint),
        temperature().prop_map(Property::UpperSetpoint),
        mode().prop_map(Property::ThermostatMode),
        proptest::sample::select(vec![Locked, Unlocked, Jammed]).prop_map(Property::Lock),
        temperature().prop_map(Property::Temperature),
        proptest::sample::select(vec![Connectivity::Ok, Connectivity::Unreachable])
            .prop_map(Property::Connectivity),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![any::<u64>(), 0..4_102_444_800_000_u64].prop_map(Timestamp::from_milliseconds)
}

fn state() -> impl Strategy<Value = State> {
    let sample = (property(), time(), any::<u32>())
        .prop_map(|(property, time, uncertainty)| Sample { property, time, uncertainty });
    prop::collection::vec(sample, 0..14).prop_map(State::from)
}

/// A state that says whether the device can be reached, as a StateReport must.
fn connected() -> impl Strategy<Value = State> {
    (state(), time()).prop_map(|(state, time)| {
        let property = Property::Connectivity(Connectivity::Ok);
        state.or(Sample { property, time, uncertainty: 0 })
    })
}

fn error() -> impl Strategy<Value = ErrorType> {
    use ErrorType::*;
    let plain = vec![
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
        ThermostatIsOff,
        UnsupportedThermostatMode,
        DualSetpointsUnsupported,
        TripleSetpointsUnsupported,
        UnwillingToSetSchedule,
        UnwillingToSetValue,
        AcceptGrantFailed,
    ];
    let finite = || -1e9..1e9_f64;
    use DeviceMode::{Asleep, Color, NotProvisioned, Other};
    prop_oneof![
        4 => proptest::sample::select(plain),
        1 => prop::option::of(finite()).prop_map(|percentage| EndpointLowPower { percentage }),
        1 => prop::option::of((finite(), finite())).prop_map(|valid| ValueOutOfRange { valid }),
        1 => prop::option::of((temperature(), temperature()))
            .prop_map(|valid| TemperatureValueOutOfRange { valid }),
        1 => temperature().prop_map(|minimum| RequestedSetpointsTooClose { minimum }),
        1 => proptest::sample::select(vec![Color, Asleep, NotProvisioned, Other])
            .prop_map(|mode| NotSupportedInCurrentMode { mode }),
    ]
}

fn capability() -> impl Strategy<Value = Capability> {
    use SetPointCount::{One, Three, Two};
    let thermostat = (
        proptest::sample::select(vec![One, Two, Three]),
        prop::collection::btree_set(mode(), 0..5),
        any::<bool>(),
    );
    prop_oneof![
        proptest::sample::select(vec![
            Capability::Power,
            Capability::Brightness,
            Capability::Color,
            Capability::ColorTemperature,
            Capability::Lock,
            Capability::TemperatureSensor,
        ]),
        thermostat.prop_map(|(set_points, modes, scheduling)| Capability::Thermostat {
            set_points,
            modes,
            scheduling,
        }),
    ]
}

const CATEGORIES: [Category; 34] = {
    use Category::*;
    [
        ActivityTrigger,
        Camera,
        Computer,
        ContactSensor,
        Door,
        Doorbell,
        ExteriorBlind,
        Fan,
        GameConsole,
        GarageDoor,
        InteriorBlind,
        Laptop,
        Light,
        Microwave,
        MobilePhone,
        MotionSensor,
        MusicSystem,
        NetworkHardware,
        Other,
        Oven,
        Phone,
        SceneTrigger,
        Screen,
        SecurityPanel,
        Smartlock,
        Smartplug,
        Speaker,
        StreamingDevice,
        Switch,
        Tablet,
        TemperatureSensor,
        Thermostat,
        Tv,
        Wearable,
    ]
};

fn device() -> impl Strategy<Value = DiscoveredDevice> {
    let label = || ".{0,200}".prop_map(|text| Label::cut(&text));
    let category = || proptest::sample::select(CATEGORIES.to_vec());
    let labels = (label(), label(), label());
    let others = prop::collection::vec(category(), 0..4);
    let capabilities = prop::collection::vec(capability(), 0..8);
    let cookie = prop::collection::btree_map("[a-z]{1,5}", ".{0,5}", 0..3);
    (endpoint(), labels, category(), others, capabilities, cookie).prop_map(
        |(endpoint, (name, manufacturer, description), category, others, capabilities, cookie)| {
            let others = others.into_iter().filter(move |other| *other != category);
            DiscoveredDevice::builder()
                .endpoint(endpoint)
                .name(name)
                .manufacturer(manufacturer)
                .description(description)
                .category(category)
                .other_categories(others)
                .capabilities(capabilities)
                .cookie(cookie)
                .build()
        },
    )
}

fn devices() -> impl Strategy<Value = Vec<DiscoveredDevice>> {
    prop::collection::vec(device(), 0..4).prop_map(|devices| {
        let by_id: BTreeMap<_, _> =
            devices.into_iter().map(|device| (device.endpoint().clone(), device)).collect();
        by_id.into_values().collect()
    })
}

fn body() -> impl Strategy<Value = EventBody> {
    use Cause::*;
    let causes =
        vec![AppInteraction, PhysicalInteraction, PeriodicPoll, RuleTrigger, VoiceInteraction];
    let correlation = || ".{1,9}".prop_map(CorrelationToken::new);
    prop_oneof![
        (correlation(), endpoint(), state()).prop_map(|(correlation, endpoint, state)| {
            EventBody::Response { correlation, endpoint, state }
        }),
        (correlation(), endpoint(), connected()).prop_map(|(correlation, endpoint, state)| {
            EventBody::StateReport { correlation, endpoint, state }
        }),
        (correlation(), prop::option::of(1_u32..)).prop_map(|(correlation, seconds)| {
            EventBody::DeferredResponse { correlation, seconds }
        }),
        (prop::option::of(correlation()), prop::option::of(endpoint()), error(), ".{0,20}")
            .prop_map(|(correlation, endpoint, error, message)| EventBody::ErrorResponse {
                correlation,
                // AcceptGrant is about no device.
                endpoint: endpoint.filter(|_| error != ErrorType::AcceptGrantFailed),
                error,
                message,
            }),
        (endpoint(), proptest::sample::select(causes), state(), state()).prop_map(
            |(endpoint, cause, changed, unchanged)| EventBody::ChangeReport {
                endpoint,
                cause,
                changed,
                unchanged,
            }
        ),
        devices().prop_map(|devices| EventBody::DiscoverResponse { devices }),
        Just(EventBody::AcceptGrantResponse),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_directive_comes_back_as_it_was(message_id in message_id(), request in request()) {
        let directive = Directive { message_id, request };
        let text = serde_json::to_string(&directive).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Directive>(&text).expect("a directive"), directive);
    }

    #[test]
    fn a_command_comes_back_as_it_was(command in command()) {
        let text = serde_json::to_string(&command).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Command>(&text).expect("a command"), command);
    }

    #[test]
    fn an_event_is_as_alexa_wants_it_and_comes_back_as_it_was(id in message_id(), body in body()) {
        let event = Event { id: MessageId::new(id).expect("an id"), body };
        let json = serde_json::to_value(&event).expect("JSON");
        let checked = match &event.body {
            EventBody::ChangeReport { .. } => schema::proactive(&event.authorised(&Token::new("t"))),
            _ => schema::synchronous(&json),
        };
        prop_assert!(checked.is_ok(), "{:?}: {:#}", checked, json);
        let read: Event = serde_json::from_value(json).expect("an event");
        prop_assert_eq!(read, event);
    }

    #[test]
    fn an_event_for_the_gateway_is_authorised(body in body(), token in ".{1,9}") {
        let event = Event { id: MessageId::new("1").expect("an id"), body };
        let json = event.authorised(&Token::new(token.as_str()));
        let goes = match &event.body {
            EventBody::Response { .. } | EventBody::StateReport { .. } | EventBody::ChangeReport { .. } => true,
            EventBody::ErrorResponse { correlation, endpoint, .. } => correlation.is_some() && endpoint.is_some(),
            _ => false,
        };
        prop_assert_eq!(schema::proactive(&json).is_ok(), goes, "{:#}", json);
        if goes {
            prop_assert_eq!(&json["event"]["endpoint"]["scope"], &json!({ "type": "BearerToken", "token": token }));
        }
    }

    /// Reading is total.
    #[test]
    fn anything_is_a_directive_or_said_to_be_none(text in ".{0,40}", number in any::<f64>()) {
        for value in [json!(text), json!(number), json!({ "directive": text }), json!([text])] {
            prop_assert!(matches!(Directive::from(value.clone()).request, Request::Invalid(_)));
            let back: Value = Directive::from(value.clone()).into();
            prop_assert_eq!(back, value, "it is kept as it came");
        }
    }
}

#[test]
fn every_directive_of_the_reference_is_read_and_written_as_it_is() {
    let header = |namespace: &str, name: &str| {
        json!({
            "namespace": namespace, "name": name, "payloadVersion": "3",
            "messageId": "1bd5d003-31b9-476f-ad03-71d471922820",
        })
    };
    let scope = json!({ "type": "BearerToken", "token": "access-token-from-skill" });
    let aimed = |namespace: &str, name: &str, payload: Value| {
        let mut header = header(namespace, name);
        header["correlationToken"] = "dFMb0z".into();
        let endpoint = json!({ "endpointId": "endpoint-001", "cookie": {}, "scope": scope });
        json!({ "directive": { "header": header, "endpoint": endpoint, "payload": payload } })
    };
    let celsius = |value: f64| json!({ "value": value, "scale": "CELSIUS" });
    let color = json!({ "hue": 350.5, "saturation": 0.7138, "brightness": 0.6524 });
    let grant = json!({
        "grant": { "type": "OAuth2.AuthorizationCode", "code": "c" }, "grantee": scope,
    });
    let thermostat = "Alexa.ThermostatController";
    let kelvin = "Alexa.ColorTemperatureController";
    for written in [
        json!({ "directive": { "header": header("Alexa.Authorization", "AcceptGrant"), "payload": grant } }),
        json!({ "directive": { "header": header("Alexa.Discovery", "Discover"), "payload": { "scope": scope } } }),
        aimed("Alexa", "ReportState", json!({})),
        aimed("Alexa.PowerController", "TurnOn", json!({})),
        aimed("Alexa.PowerController", "TurnOff", json!({})),
        aimed("Alexa.BrightnessController", "SetBrightness", json!({ "brightness": 75 })),
        aimed("Alexa.BrightnessController", "AdjustBrightness", json!({ "brightnessDelta": -25 })),
        aimed("Alexa.ColorController", "SetColor", json!({ "color": color })),
        aimed(kelvin, "SetColorTemperature", json!({ "colorTemperatureInKelvin": 5_000 })),
        aimed(kelvin, "IncreaseColorTemperature", json!({})),
        aimed(kelvin, "DecreaseColorTemperature", json!({})),
        aimed(thermostat, "SetTargetTemperature", json!({ "targetSetpoint": celsius(25.0) })),
        aimed(
            thermostat,
            "SetTargetTemperature",
            json!({ "lowerSetpoint": celsius(20.0), "upperSetpoint": celsius(25.0) }),
        ),
        aimed(
            thermostat,
            "SetTargetTemperature",
            json!({
                "targetSetpoint": celsius(22.0), "lowerSetpoint": celsius(20.0),
                "upperSetpoint": celsius(25.0),
            }),
        ),
        aimed(
            thermostat,
            "AdjustTargetTemperature",
            json!({ "targetSetpointDelta": { "value": -2.0, "scale": "FAHRENHEIT" } }),
        ),
        aimed(thermostat, "SetThermostatMode", json!({ "thermostatMode": { "value": "COOL" } })),
        aimed(thermostat, "ResumeSchedule", json!({})),
        aimed("Alexa.LockController", "Lock", json!({})),
        aimed("Alexa.LockController", "Unlock", json!({})),
    ] {
        let read = Directive::from(written.clone());
        assert!(!matches!(read.request, Request::Invalid(_)), "{written:#}");
        assert_eq!(Value::from(read), written);
    }
}

#[test]
fn texts_have_the_form_that_the_schema_takes() {
    for (id, fits) in [
        ("1bd5d003-31b9-476f-ad03-71d471922820".to_owned(), true),
        ("a".repeat(127), true),
        ("a".repeat(128), false),
        (String::new(), false),
        ("a_b".to_owned(), false),
        ("a b".to_owned(), false),
        ("ä".to_owned(), false),
    ] {
        assert_eq!(MessageId::new(id.as_str()).is_ok(), fits, "{id}");
        assert_eq!(serde_json::from_value::<MessageId>(json!(id)).is_ok(), fits, "{id}");
    }
    for (id, fits) in [
        ("endpoint-001".to_owned(), true),
        ("_-=#;:?@&".to_owned(), true),
        ("a".repeat(256), true),
        ("a".repeat(257), false),
        (String::new(), false),
        ("a.b".to_owned(), false),
        ("a/b".to_owned(), false),
        ("a b".to_owned(), false),
        ("ä".to_owned(), false),
    ] {
        assert_eq!(EndpointId::new(id.as_str()).is_ok(), fits, "{id}");
        assert_eq!(serde_json::from_value::<EndpointId>(json!(id)).is_ok(), fits, "{id}");
    }
    for (text, fits) in [(String::new(), false), ("é".repeat(128), true), ("é".repeat(129), false)]
    {
        assert_eq!(Label::new(text.as_str()).is_ok(), fits);
        assert!(Label::new(Label::cut(&text).as_str()).is_ok());
    }
}

#[test]
fn moments_have_the_form_that_the_schema_takes() {
    for (text, fits) in [
        ("2017-09-27T18:30:30Z", true),
        ("2017-09-27T18:30:30.4Z", true),
        ("2017-09-27T18:30:30.45Z", true),
        ("2017-09-27T18:30:30.450Z", true),
        ("2017-09-27T18:30:30.4500Z", false),
        ("2017-09-27T18:30:30.450123Z", false),
        ("2017-09-27T18:30:30+00:00", false),
        ("2017-09-27T18:30:30.45+00:00", false),
        ("2017-09-27T18:30:30", false),
        ("2016-12-31T23:59:60Z", false),
        ("2017-02-30T00:00:00Z", false),
        ("2017-09-27 18:30:30Z", false),
        ("2017-09-27T18:30:30é", false),
        ("", false),
    ] {
        assert_eq!(serde_json::from_value::<Timestamp>(json!(text)).is_ok(), fits, "{text}");
    }
    for (milliseconds, text) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_506_537_030_450, "2017-09-27T18:30:30.450Z"),
        (u64::MAX, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(Timestamp::from_milliseconds(milliseconds).to_string(), text);
    }
}

#[test]
fn numbers_have_the_range_and_the_form_that_the_schema_takes() {
    let fits = |namespace: &str, name: &str, value: Value| {
        let property = json!({ "namespace": namespace, "name": name, "value": value });
        serde_json::from_value::<Property>(property).is_ok()
    };
    let degrees = |value: f64, scale: &str| json!({ "value": value, "scale": scale });
    let color = |hue: f64, saturation: f64, brightness: f64| json!({ "hue": hue, "saturation": saturation, "brightness": brightness });
    let (bright, kelvin) = ("Alexa.BrightnessController", "Alexa.ColorTemperatureController");
    let thermostat = "Alexa.ThermostatController";
    for (namespace, name, value, expected) in [
        (bright, "brightness", json!(0), true),
        (bright, "brightness", json!(100), true),
        (bright, "brightness", json!(101), false),
        (bright, "brightness", json!(-1), false),
        (bright, "brightness", json!(50.0), false),
        (bright, "brightness", json!("50"), false),
        (kelvin, "colorTemperatureInKelvin", json!(1_000), true),
        (kelvin, "colorTemperatureInKelvin", json!(10_000), true),
        (kelvin, "colorTemperatureInKelvin", json!(999), false),
        (kelvin, "colorTemperatureInKelvin", json!(10_001), false),
        (kelvin, "colorTemperatureInKelvin", json!(70_000), false),
        (thermostat, "targetSetpoint", degrees(100.0, "FAHRENHEIT"), true),
        (thermostat, "targetSetpoint", degrees(-100.0, "CELSIUS"), true),
        (thermostat, "targetSetpoint", degrees(100.1, "CELSIUS"), false),
        (thermostat, "targetSetpoint", degrees(293.0, "KELVIN"), false),
        (thermostat, "targetSetpoint", degrees(1.0, "RANKINE"), false),
        (thermostat, "targetSetpoint", json!({ "value": 1 }), false),
        (thermostat, "thermostatMode", json!("ECO"), true),
        (thermostat, "thermostatMode", json!("CUSTOM"), false),
        (thermostat, "schedule", json!("?"), false),
        ("Alexa.ColorController", "color", color(360.0, 1.0, 1.0), true),
        ("Alexa.ColorController", "color", color(360.1, 1.0, 1.0), false),
        ("Alexa.ColorController", "color", color(0.0, 1.1, 1.0), false),
        ("Alexa.ColorController", "color", color(0.0, 1.0, -0.1), false),
        ("Alexa.ColorController", "color", json!({ "hue": 1, "saturation": 1 }), false),
        ("Alexa.PowerController", "powerState", json!("on"), false),
        ("Alexa.PowerController", "powerState", json!(true), false),
        ("Alexa.LockController", "lockState", json!("JAMMED"), true),
        ("Alexa.LockController", "lockState", json!("OPEN"), false),
        ("Alexa.EndpointHealth", "connectivity", json!({ "value": "OK" }), true),
        ("Alexa.EndpointHealth", "connectivity", json!("OK"), false),
        ("Alexa.Speaker", "volume", json!(1), false),
    ] {
        assert_eq!(fits(namespace, name, value.clone()), expected, "{namespace} {name} {value}");
    }
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(Temperature::new(number, Scale::Celsius).is_err());
        assert!(Color::new(number, 0.0, 0.0).is_err());
    }
    let brightness = serde_json::to_string(&Property::Brightness(Percent::nearest(50)));
    assert!(brightness.expect("JSON").contains(r#""value":50}"#), "a whole number");
}

#[test]
fn what_is_no_number_is_not_written() {
    let all = [
        ErrorType::EndpointLowPower { percentage: Some(f64::NAN) },
        ErrorType::ValueOutOfRange { valid: Some((f64::NEG_INFINITY, 1.0)) },
        ErrorType::ValueOutOfRange { valid: Some((0.0, f64::NAN)) },
    ];
    for error in all {
        let id = MessageId::new("1").expect("an id");
        let body = EventBody::ErrorResponse {
            correlation: None,
            endpoint: None,
            error,
            message: String::new(),
        };
        let json = serde_json::to_value(Event { id, body }).expect("JSON");
        assert_eq!(schema::synchronous(&json), Ok(()));
    }
}

#[test]
fn a_state_has_one_sample_a_property() {
    let sample = |on, milliseconds| Sample {
        property: Property::Power(on),
        time: Timestamp::from_milliseconds(milliseconds),
        uncertainty: 0,
    };
    let state =
        State::from(vec![sample(Power::On, 1), sample(Power::Off, 2), sample(Power::Off, 2)]);
    assert_eq!(state.samples().count(), 1);
    assert_eq!(
        state.get(("Alexa.PowerController", "powerState")),
        Some(&Property::Power(Power::Off))
    );
}

#[test]
fn what_is_secret_is_not_shown() {
    let raw = json!({ "directive": { "header": { "name": "hush" }, "payload": "hush" } });
    let shown = format!(
        "{:?} {:?} {:?}",
        Token::new("hush"),
        CorrelationToken::new("hush"),
        Directive::from(raw)
    );
    assert!(!shown.contains("hush"), "{shown}");
}

/// The schema's checker is itself held to what was measured of the official schema.
#[test]
fn the_checker_takes_and_rejects_what_the_official_schema_does() {
    let header = |name: &str| {
        json!({
            "namespace": "Alexa", "name": name, "payloadVersion": "3", "messageId": "1",
            "correlationToken": "c",
        })
    };
    let endpoint = json!({ "endpointId": "lamp" });
    let sample = json!({
        "namespace": "Alexa.EndpointHealth", "name": "connectivity", "value": { "value": "OK" },
        "timeOfSample": "2017-09-27T18:30:30.45Z", "uncertaintyInMilliseconds": 200,
    });
    let response = json!({
        "context": { "properties": [sample] },
        "event": { "header": header("Response"), "endpoint": endpoint, "payload": {} },
    });
    let deferred = json!({
        "event": { "header": header("DeferredResponse"), "payload": { "estimatedDeferralInSeconds": 7 } },
    });
    let error = json!({
        "event": {
            "header": header("ErrorResponse"), "endpoint": endpoint,
            "payload": { "type": "INTERNAL_ERROR", "message": "m" },
        },
    });
    let report = {
        let mut report = response.clone();
        report["event"]["header"]["name"] = "StateReport".into();
        report
    };
    let granted = json!({
        "event": {
            "header": {
                "namespace": "Alexa.Authorization", "name": "AcceptGrant.Response",
                "payloadVersion": "3", "messageId": "1",
            },
            "payload": {},
        },
    });
    let sampled = "/context/properties/0";
    let changed = |message: &Value, path: &str, value: Value| {
        let mut message = message.clone();
        let (parent, name) = path.rsplit_once('/').expect("a path");
        match message.pointer_mut(parent).expect("it is there") {
            Value::Array(items) => items.push(value),
            object if value == json!("absent") => {
                object.as_object_mut().expect("an object").remove(name);
            }
            object => object[name] = value,
        }
        message
    };
    let absent = || json!("absent");
    for (message, path, value, taken) in [
        (&response, "/event/header/payloadVersion", json!(3), false),
        (&response, "/event/header/payloadVersion", json!("3.0"), false),
        (&response, "/event/header/messageId", json!("a_b"), false),
        (&response, "/event/header/messageId", json!("a".repeat(128)), false),
        (&response, "/event/header/messageId", json!("a".repeat(127)), true),
        (&response, "/event/header/more", json!(1), false),
        (&response, "/event/more", json!(1), false),
        (&response, "/more", json!(1), false),
        (&response, "/event/payload", json!({ "anything": 1 }), true),
        (&response, "/event/header/correlationToken", absent(), false),
        (&response, "/event/endpoint", absent(), false),
        (&response, "/event/endpoint/endpointId", json!("a b"), false),
        (&response, "/event/endpoint/endpointId", json!("a/b"), false),
        (&response, "/event/endpoint/endpointId", json!("a".repeat(257)), false),
        (&response, "/context", json!({}), true),
        (&response, "/context", json!({ "properties": [] }), true),
        (&response, "/context", json!({ "properties": [], "more": 1 }), false),
        (&response, "/context/properties/-", sample.clone(), false),
        (&response, &format!("{sampled}/timeOfSample"), json!("2017-09-27T18:30:30+00:00"), false),
        (
            &response,
            &format!("{sampled}/timeOfSample"),
            json!("2017-09-27T18:30:30.123456Z"),
            false,
        ),
        (&response, &format!("{sampled}/timeOfSample"), json!("2016-12-31T23:59:60Z"), false),
        (&response, &format!("{sampled}/timeOfSample"), json!("2016-12-31T23:59:59Z"), true),
        (&response, &format!("{sampled}/uncertaintyInMilliseconds"), absent(), false),
        (&response, &format!("{sampled}/uncertaintyInMilliseconds"), json!(-1), false),
        (&response, &format!("{sampled}/uncertaintyInMilliseconds"), json!(0.5), true),
        (&response, &format!("{sampled}/name"), json!("volume"), false),
        (&response, &format!("{sampled}/value"), json!("OK"), false),
        (&report, "/event/payload", json!({ "anything": 1 }), false),
        (&report, "/event/payload", json!({}), true),
        (&deferred, "/event/endpoint", json!({ "endpointId": "lamp" }), false),
        (&deferred, "/context", json!({}), false),
        (&deferred, "/event/payload", json!({}), true),
        (&deferred, "/event/payload/estimatedDeferralInSeconds", json!(2.5), false),
        (&deferred, "/event/payload/estimatedDeferralInSeconds", json!("7"), false),
        (&error, "/context", json!({}), false),
        (&error, "/event/payload/type", absent(), false),
        (&error, "/event/payload/message", absent(), false),
        (&error, "/event/payload/more", json!(1), false),
        (&error, "/event/payload/type", json!("ACCEPT_GRANT_FAILED"), false),
        (&error, "/event/payload/type", json!("NOT_SUPPORTED_IN_CURRENT_MODE"), false),
        (&error, "/event/payload/type", json!("ENDPOINT_LOW_POWER"), true),
        (&granted, "/event/payload/more", json!(1), false),
        (&granted, "/event/header/correlationToken", json!("c"), true),
    ] {
        assert_eq!(schema::synchronous(message), Ok(()), "{message:#}");
        let message = changed(message, path, value);
        assert_eq!(schema::synchronous(&message).is_ok(), taken, "{path}: {message:#}");
    }
    let thermostat = json!({
        "event": {
            "header": {
                "namespace": "Alexa.ThermostatController", "name": "ErrorResponse",
                "payloadVersion": "3", "messageId": "1",
            },
            "payload": { "type": "THERMOSTAT_IS_OFF" },
        },
    });
    assert_eq!(schema::synchronous(&thermostat), Ok(()), "a message is optional there");
}

//! The rules by which Alexa takes an event or does not.
//!
//! They are those of Amazon's official JSON schema of January 2021, as measured, and besides them
//! what the documentation asks and the schema does not catch. Nothing here knows the types that make
//! events: two that err, err differently.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Whether an event may be a function's answer to a directive.
///
/// # Errors
/// What is wrong with it, and where.
///
/// ```
/// use alexa_doubles::schema;
/// use serde_json::json;
///
/// let header = json!({
///     "namespace": "Alexa", "name": "DeferredResponse", "payloadVersion": "3", "messageId": "1",
///     "correlationToken": "c",
/// });
/// let payload = json!({ "estimatedDeferralInSeconds": 7 });
/// assert!(schema::synchronous(&json!({ "event": { "header": header, "payload": payload } })).is_ok());
///
/// let payload = json!({ "estimatedDeferralInSeconds": 2.5 });
/// let wrong = schema::synchronous(&json!({ "event": { "header": header, "payload": payload } }));
/// assert!(wrong.is_err_and(|why| why.contains("estimatedDeferralInSeconds")));
/// ```
pub fn synchronous(event: &Value) -> Result<(), String> {
    match check(event)? {
        kind @ (Kind::ChangeReport
        | Kind::AddOrUpdateReport
        | Kind::DeleteReport
        | Kind::DoorbellPress) => Err(format!("a {kind:?} goes to the event gateway only")),
        Kind::Response
        | Kind::StateReport
        | Kind::DeferredResponse
        | Kind::ErrorResponse
        | Kind::DiscoverResponse
        | Kind::AcceptGrantResponse => Ok(()),
    }
}

/// Whether an event may be posted to the event gateway: with a scope, and as what goes there.
///
/// # Errors
/// What is wrong with it, and where.
pub fn proactive(event: &Value) -> Result<(), String> {
    let kind = check(event)?;
    if !matches!(
        kind,
        Kind::Response
            | Kind::StateReport
            | Kind::ErrorResponse
            | Kind::ChangeReport
            | Kind::AddOrUpdateReport
            | Kind::DeleteReport
            | Kind::DoorbellPress
    ) {
        return Err(format!("a {kind:?} is an answer to a directive, and goes nowhere else"));
    }
    let event = At::root(event).field("event")?;
    let about_all = matches!(kind, Kind::AddOrUpdateReport | Kind::DeleteReport);
    let holder = event.field(if about_all { "payload" } else { "endpoint" })?;
    let scope = holder.field("scope")?;
    if scope.field("token")?.text()?.is_empty() {
        return Err(scope.wrong("has no token"));
    }
    if kind == Kind::ErrorResponse {
        event.field("header")?.field("correlationToken")?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Response,
    StateReport,
    DeferredResponse,
    ErrorResponse,
    ChangeReport,
    DiscoverResponse,
    AddOrUpdateReport,
    DeleteReport,
    DoorbellPress,
    AcceptGrantResponse,
}

/// A value and where it is.
#[derive(Clone)]
struct At<'v> {
    value: &'v Value,
    path: String,
}

type Checked<T = ()> = Result<T, String>;

impl<'v> At<'v> {
    fn root(value: &'v Value) -> At<'v> {
        At { value, path: String::new() }
    }

    fn wrong(&self, why: &str) -> String {
        let path = if self.path.is_empty() { "the message" } else { &self.path };
        format!("{path} {why}")
    }

    fn ensure(&self, holds: bool, why: &str) -> Checked {
        if holds { Ok(()) } else { Err(self.wrong(why)) }
    }

    fn object(&self) -> Checked<&'v Map<String, Value>> {
        self.value.as_object().ok_or_else(|| self.wrong("is no object"))
    }

    fn text(&self) -> Checked<&'v str> {
        self.value.as_str().ok_or_else(|| self.wrong("is no text"))
    }

    fn maybe(&self, name: &str) -> Checked<Option<At<'v>>> {
        let dot = if self.path.is_empty() { "" } else { "." };
        let path = format!("{}{dot}{name}", self.path);
        Ok(self.object()?.get(name).map(|value| At { value, path }))
    }

    fn field(&self, name: &str) -> Checked<At<'v>> {
        self.maybe(name)?.ok_or_else(|| self.wrong(&format!("has no `{name}`")))
    }

    fn only(&self, names: &[&str]) -> Checked {
        match self.object()?.keys().find(|key| !names.contains(&key.as_str())) {
            Some(key) => Err(self.wrong(&format!("has a `{key}`, which belongs elsewhere"))),
            None => Ok(()),
        }
    }

    fn items(&self) -> Checked<Vec<At<'v>>> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("is no list"))?;
        let at = |(number, value)| At { value, path: format!("{}[{number}]", self.path) };
        Ok(items.iter().enumerate().map(at).collect())
    }

    fn number(&self) -> Checked<f64> {
        self.value.as_f64().ok_or_else(|| self.wrong("is no number"))
    }

    fn within(&self, least: f64, most: f64) -> Checked {
        let fits = (least..=most).contains(&self.number()?);
        self.ensure(fits, &format!("is not between {least} and {most}"))
    }

    fn whole(&self, least: i64, most: i64) -> Checked {
        let number = self.value.as_i64().ok_or_else(|| self.wrong("is no whole number"))?;
        let fits = (least..=most).contains(&number);
        self.ensure(fits, &format!("is not between {least} and {most}"))
    }

    fn one_of(&self, words: &[&str]) -> Checked {
        let known = words.contains(&self.text()?);
        self.ensure(known, &format!("is none of {}", words.join(", ")))
    }

    /// Letters, digits and a few others.
    fn made_of(&self, others: &str, most: usize) -> Checked {
        let text = self.text()?;
        let fits = |letter: char| letter.is_ascii_alphanumeric() || others.contains(letter);
        self.ensure((1..=most).contains(&text.chars().count()), "is too short or too long")?;
        self.ensure(text.chars().all(fits), "has a letter that it may not have")
    }

    fn no_longer_than(&self, least: usize, most: usize) -> Checked {
        let length = self.text()?.chars().count();
        self.ensure((least..=most).contains(&length), "is too short or too long")
    }

    fn empty(&self) -> Checked {
        self.ensure(self.object()?.is_empty(), "is not empty")
    }
}

fn check(event: &Value) -> Checked<Kind> {
    let root = At::root(event);
    root.only(&["event", "context"])?;
    let event = root.field("event")?;
    event.only(&["header", "endpoint", "payload"])?;
    let header = event.field("header")?;
    header.only(&["namespace", "name", "payloadVersion", "messageId", "correlationToken"])?;
    let version = header.field("payloadVersion")?;
    version.ensure(version.value == "3", "is not the text 3")?;
    header.field("messageId")?.made_of("-", 127)?;
    let correlation = header.maybe("correlationToken")?;
    if let Some(correlation) = &correlation {
        correlation.text()?;
    }
    if let Some(context) = root.maybe("context")? {
        context.only(&["properties"])?;
        if let Some(listed) = context.maybe("properties")? {
            properties(&listed)?;
        }
    }
    if let Some(endpoint) = event.maybe("endpoint")? {
        check_endpoint(&endpoint)?;
    }
    let name = (header.field("namespace")?.text()?, header.field("name")?.text()?);
    let payload = event.field("payload")?;
    payload.object()?;
    let kind = match name {
        ("Alexa", "Response") => Kind::Response,
        ("Alexa", "StateReport") => Kind::StateReport,
        ("Alexa", "DeferredResponse") => Kind::DeferredResponse,
        ("Alexa", "ChangeReport") => Kind::ChangeReport,
        (
            "Alexa"
            | "Alexa.ThermostatController"
            | "Alexa.SecurityPanelController"
            | "Alexa.Authorization",
            "ErrorResponse",
        ) => Kind::ErrorResponse,
        ("Alexa.SceneController", "ActivationStarted" | "DeactivationStarted")
        | ("Alexa.SecurityPanelController", "Arm.Response")
        | (
            "Alexa.RTCSessionController",
            "AnswerGeneratedForSession" | "SessionConnected" | "SessionDisconnected",
        )
        | ("Alexa.CameraStreamController", "Response") => {
            reply(name, &payload)?;
            Kind::Response
        }
        ("Alexa.Discovery", "AddOrUpdateReport") => Kind::AddOrUpdateReport,
        ("Alexa.Discovery", "DeleteReport") => Kind::DeleteReport,
        ("Alexa.DoorbellEventSource", "DoorbellPress") => Kind::DoorbellPress,
        ("Alexa.Discovery", "Discover.Response") => Kind::DiscoverResponse,
        ("Alexa.Authorization", "AcceptGrant.Response") => Kind::AcceptGrantResponse,
        (namespace, name) => return Err(format!("there is no event `{namespace}` `{name}`")),
    };
    let needs = |what: &str| match what {
        "context" => root.field(what).map(|_| ()),
        "correlationToken" => header.field(what).map(|_| ()),
        _ => event.field(what).map(|_| ()),
    };
    let lacks = |what: &str| match (what == "context", correlation.is_some()) {
        (true, _) => root.only(&["event"]),
        (_, true) if what == "correlationToken" => Err(header.wrong("answers no directive")),
        _ => event.ensure(event.object()?.get(what).is_none(), &format!("has its `{what}`")),
    };
    match kind {
        Kind::Response | Kind::StateReport => {
            // What the documentation asks: the schema takes it without.
            ["correlationToken", "endpoint", "context"].into_iter().try_for_each(needs)?;
            if kind == Kind::StateReport {
                payload.empty()?;
                let known = root.field("context")?.field("properties")?;
                let connected = known.items()?.iter().any(|it| it.value["name"] == "connectivity");
                known.ensure(connected, "say nothing of the connectivity")?;
            }
        }
        Kind::DeferredResponse => {
            needs("correlationToken")?;
            lacks("endpoint")?;
            lacks("context")?;
            payload.only(&["estimatedDeferralInSeconds"])?;
            if let Some(seconds) = payload.maybe("estimatedDeferralInSeconds")? {
                seconds.whole(1, i64::from(u32::MAX))?;
            }
        }
        Kind::ErrorResponse => {
            lacks("context")?;
            error(name.0, &payload)?;
        }
        Kind::ChangeReport => {
            needs("endpoint")?;
            lacks("correlationToken")?;
            payload.only(&["change"])?;
            let change = payload.field("change")?;
            change.only(&["cause", "properties"])?;
            let cause = change.field("cause")?;
            cause.only(&["type"])?;
            cause.field("type")?.one_of(&CAUSES)?;
            properties(&change.field("properties")?)?;
        }
        Kind::DiscoverResponse => {
            lacks("endpoint")?;
            lacks("context")?;
            payload.only(&["endpoints"])?;
            devices(&payload.field("endpoints")?)?;
        }
        Kind::AddOrUpdateReport => {
            lacks("endpoint")?;
            lacks("context")?;
            payload.only(&["endpoints", "scope"])?;
            devices(&payload.field("endpoints")?)?;
        }
        // The schema of 2021 has none; the documentation does ("Alexa.Discovery").
        Kind::DeleteReport => {
            lacks("endpoint")?;
            lacks("context")?;
            payload.only(&["endpoints", "scope"])?;
            for gone in payload.field("endpoints")?.items()? {
                gone.only(&["endpointId"])?;
                gone.field("endpointId")?.made_of(ENDPOINT_ID, 256)?;
            }
        }
        Kind::DoorbellPress => {
            needs("endpoint")?;
            lacks("correlationToken")?;
            payload.only(&["cause", "timestamp"])?;
            let cause = payload.field("cause")?;
            cause.only(&["type"])?;
            cause.field("type")?.one_of(&CAUSES[..5])?;
            let moment = payload.field("timestamp")?;
            time(&moment)?;
            moment.ensure(!moment.text()?.contains('.'), "is finer than a second")?;
        }
        Kind::AcceptGrantResponse => {
            lacks("endpoint")?;
            lacks("context")?;
            payload.empty()?;
        }
    }
    Ok(kind)
}

/// What interfaces answer in their own words.
fn reply((namespace, name): (&str, &str), payload: &At<'_>) -> Checked {
    match (namespace, name) {
        ("Alexa.SceneController", _) => {
            payload.only(&["cause", "timestamp"])?;
            let cause = payload.field("cause")?;
            cause.only(&["type"])?;
            cause.field("type")?.one_of(&CAUSES)?;
            time(&payload.field("timestamp")?)
        }
        ("Alexa.SecurityPanelController", _) => {
            payload.only(&["exitDelayInSeconds", "bypassedEndpoints"])?;
            payload.maybe("exitDelayInSeconds")?.map_or(Ok(()), |it| it.whole(0, 255))
        }
        ("Alexa.RTCSessionController", "AnswerGeneratedForSession") => {
            payload.only(&["answer"])?;
            let answer = payload.field("answer")?;
            answer.field("format")?.one_of(&["SDP"])?;
            answer.field("value")?.text().map(|_| ())
        }
        ("Alexa.RTCSessionController", _) => {
            payload.only(&["sessionId"])?;
            payload.field("sessionId")?.text().map(|_| ())
        }
        _ => {
            payload.only(&["cameraStreams", "imageUri"])?;
            payload.field("imageUri")?.no_longer_than(1, usize::MAX)?;
            let streams = payload.field("cameraStreams")?;
            streams.ensure(!streams.items()?.is_empty(), "is empty")?;
            for stream in streams.items()? {
                stream.field("uri")?.no_longer_than(1, usize::MAX)?;
                stream.field("protocol")?.one_of(&["RTSP", "WEBRTC"])?;
                for side in ["width", "height"] {
                    stream.field("resolution")?.field(side)?.whole(1, i64::from(i32::MAX))?;
                }
                stream.field("authorizationType")?.one_of(&["BASIC", "DIGEST", "NONE"])?;
                stream.field("videoCodec")?.one_of(&["H264", "MPEG2", "MJPEG", "JPG"])?;
                stream.field("audioCodec")?.one_of(&["G711", "AAC", "NONE"])?;
            }
            Ok(())
        }
    }
}

const CAUSES: [&str; 7] = [
    "APP_INTERACTION",
    "PHYSICAL_INTERACTION",
    "PERIODIC_POLL",
    "RULE_TRIGGER",
    "VOICE_INTERACTION",
    "INVALID_CREDENTIALS",
    "SUBSCRIPTION_EXPIRED",
];

/// The schema of 2021 has no dot; skills have, and Alexa takes it.
const ENDPOINT_ID: &str = "._-=#;:?@&";

fn check_endpoint(endpoint: &At<'_>) -> Checked {
    endpoint.only(&["endpointId", "scope", "cookie"])?;
    endpoint.field("endpointId")?.made_of(ENDPOINT_ID, 256)?;
    if let Some(scope) = endpoint.maybe("scope")? {
        scope.only(&["type", "token"])?;
        scope.field("type")?.one_of(&["BearerToken"])?;
        scope.field("token")?.text()?;
    }
    Ok(())
}

fn properties(list: &At<'_>) -> Checked {
    let mut names = BTreeSet::new();
    for property in list.items()? {
        property.only(&[
            "namespace",
            "name",
            "instance",
            "value",
            "timeOfSample",
            "uncertaintyInMilliseconds",
        ])?;
        let name = (property.field("namespace")?.text()?, property.field("name")?.text()?);
        let instance = property.maybe("instance")?;
        let instance = instance.as_ref().map(At::text).transpose()?;
        property.ensure(
            GENERIC.contains(&name.0) == instance.is_some(),
            "has an instance where there is one of it, or none where there are several",
        )?;
        // The schema minds equal entries only; two values of one property make no sense either.
        property.ensure(names.insert((name, instance)), "is there twice")?;
        time(&property.field("timeOfSample")?)?;
        property.field("uncertaintyInMilliseconds")?.within(0.0, f64::MAX)?;
        value(name, &property.field("value")?)?;
    }
    Ok(())
}

/// The interfaces that a device may have several of.
const GENERIC: [&str; 3] =
    ["Alexa.RangeController", "Alexa.ModeController", "Alexa.ToggleController"];

const MODES: [&str; 5] = ["AUTO", "COOL", "HEAT", "ECO", "OFF"];

fn value(name: (&str, &str), value: &At<'_>) -> Checked {
    match name {
        ("Alexa.PowerController", "powerState") => value.one_of(&["ON", "OFF"]),
        ("Alexa.BrightnessController", "brightness") => value.whole(0, 100),
        ("Alexa.ColorController", "color") => {
            value.only(&["hue", "saturation", "brightness"])?;
            value.field("hue")?.within(0.0, 360.0)?;
            value.field("saturation")?.within(0.0, 1.0)?;
            value.field("brightness")?.within(0.0, 1.0)
        }
        ("Alexa.ColorTemperatureController", "colorTemperatureInKelvin") => {
            value.whole(1_000, 10_000)
        }
        ("Alexa.ThermostatController", "targetSetpoint" | "lowerSetpoint" | "upperSetpoint")
        | ("Alexa.TemperatureSensor", "temperature") => temperature(value),
        ("Alexa.ThermostatController", "thermostatMode") => value.one_of(&MODES),
        ("Alexa.LockController", "lockState") => value.one_of(&["LOCKED", "UNLOCKED", "JAMMED"]),
        ("Alexa.EndpointHealth", "connectivity") => {
            value.only(&["value"])?;
            value.field("value")?.one_of(&["OK", "UNREACHABLE"])
        }
        ("Alexa.RangeController", "rangeValue") => value.number().map(|_| ()),
        ("Alexa.ModeController", "mode") => value.no_longer_than(1, usize::MAX),
        ("Alexa.ToggleController", "toggleState") => value.one_of(&["ON", "OFF"]),
        ("Alexa.ContactSensor" | "Alexa.MotionSensor", "detectionState") => {
            value.one_of(&["DETECTED", "NOT_DETECTED"])
        }
        ("Alexa.PercentageController", "percentage")
        | ("Alexa.PowerLevelController", "powerLevel")
        | ("Alexa.Speaker", "volume") => value.whole(0, 100),
        ("Alexa.Speaker", "muted") => {
            value.ensure(value.value.is_boolean(), "is neither true nor false")
        }
        ("Alexa.InputController", "input") => value.no_longer_than(1, usize::MAX),
        ("Alexa.ChannelController", "channel") => {
            value.only(&["number", "callSign", "affiliateCallSign"])?;
            value.ensure(!value.object()?.is_empty(), "is empty")?;
            for name in value.object()?.keys() {
                value.field(name)?.text()?;
            }
            Ok(())
        }
        ("Alexa.SecurityPanelController", "armState") => value.one_of(&ARM_STATES),
        (
            "Alexa.SecurityPanelController",
            "burglaryAlarm" | "carbonMonoxideAlarm" | "fireAlarm" | "waterAlarm",
        ) => {
            value.only(&["value"])?;
            value.field("value")?.one_of(&["OK", "ALARM"])
        }
        (namespace, name) => Err(value.wrong(&format!("is of no known `{namespace}` `{name}`"))),
    }
}

const ARM_STATES: [&str; 4] = ["ARMED_AWAY", "ARMED_STAY", "ARMED_NIGHT", "DISARMED"];

fn temperature(value: &At<'_>) -> Checked {
    value.only(&["value", "scale"])?;
    value.field("value")?.within(-100.0, 100.0)?;
    value.field("scale")?.one_of(&["CELSIUS", "FAHRENHEIT", "KELVIN"])
}

/// `2017-09-27T18:30:30.45Z`: in UTC, with up to three digits of a second, and no leap second.
fn time(time: &At<'_>) -> Checked {
    let text = time.text()?;
    let rest = text.strip_suffix('Z').ok_or_else(|| time.wrong("does not end in Z"))?;
    let (seconds, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    time.ensure(
        (1..=3).contains(&fraction.len()) && digits(fraction),
        "is finer than Alexa knows",
    )?;
    let shape = seconds.len() == 19
        && seconds.bytes().zip("0000-00-00T00:00:00".bytes()).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        });
    time.ensure(shape, "is no moment")?;
    let part = |from: usize| seconds[from..from + 2].parse::<u32>().unwrap_or(99);
    let fits = (1..=12).contains(&part(5))
        && (1..=31).contains(&part(8))
        && part(11) < 24
        && part(14) < 60
        && part(17) < 60;
    time.ensure(fits, "is no moment of a day")
}

/// The general types that are a name and nothing else.
pub const PLAIN_ERRORS: [&str; 19] = [
    "ALREADY_IN_OPERATION",
    "BRIDGE_UNREACHABLE",
    "CLOUD_CONTROL_DISABLED",
    "ENDPOINT_BUSY",
    "ENDPOINT_UNREACHABLE",
    "EXPIRED_AUTHORIZATION_CREDENTIAL",
    "FIRMWARE_OUT_OF_DATE",
    "HARDWARE_MALFUNCTION",
    "INSUFFICIENT_PERMISSIONS",
    "INTERNAL_ERROR",
    "INVALID_AUTHORIZATION_CREDENTIAL",
    "INVALID_DIRECTIVE",
    "INVALID_VALUE",
    "NO_SUCH_ENDPOINT",
    "NOT_CALIBRATED",
    "NOT_IN_OPERATION",
    "POWER_LEVEL_NOT_SUPPORTED",
    "RATE_LIMIT_EXCEEDED",
    "TOO_MANY_FAILED_ATTEMPTS",
];

/// The types of `Alexa.ThermostatController` that are a name and nothing else.
pub const PLAIN_THERMOSTAT_ERRORS: [&str; 6] = [
    "THERMOSTAT_IS_OFF",
    "UNSUPPORTED_THERMOSTAT_MODE",
    "DUAL_SETPOINTS_UNSUPPORTED",
    "TRIPLE_SETPOINTS_UNSUPPORTED",
    "UNWILLING_TO_SET_SCHEDULE",
    "UNWILLING_TO_SET_VALUE",
];

/// The types of `Alexa.SecurityPanelController` that are a name and nothing else.
pub const PLAIN_PANEL_ERRORS: [&str; 6] = [
    "AUTHORIZATION_REQUIRED",
    "BYPASS_NEEDED",
    "NOT_READY",
    "UNAUTHORIZED",
    "UNCLEARED_ALARM",
    "UNCLEARED_TROUBLE",
];

fn error(namespace: &str, payload: &At<'_>) -> Checked {
    let kind = payload.field("type")?;
    let name = kind.text()?;
    match payload.maybe("message")? {
        Some(message) => {
            message.text()?;
        }
        None if namespace == "Alexa.ThermostatController" => {}
        None if namespace == "Alexa.SecurityPanelController" => {}
        None => return Err(payload.wrong("has no `message`")),
    }
    let with = |extra: &str| payload.only(&["type", "message", extra]);
    let range = |check: fn(&At<'_>) -> Checked| {
        with("validRange")?;
        let Some(range) = payload.maybe("validRange")? else { return Ok(()) };
        range.only(&["minimumValue", "maximumValue"])?;
        check(&range.field("minimumValue")?)?;
        check(&range.field("maximumValue")?)
    };
    match (namespace, name) {
        ("Alexa", name) if PLAIN_ERRORS.contains(&name) => payload.only(&["type", "message"]),
        ("Alexa", "ENDPOINT_LOW_POWER") => {
            with("percentageState")?;
            payload.maybe("percentageState")?.map_or(Ok(()), |it| it.number().map(|_| ()))
        }
        ("Alexa", "VALUE_OUT_OF_RANGE") => range(|value| value.number().map(|_| ())),
        ("Alexa", "TEMPERATURE_VALUE_OUT_OF_RANGE") => range(temperature),
        ("Alexa", "NOT_SUPPORTED_IN_CURRENT_MODE") => {
            with("currentDeviceMode")?;
            let mode = payload.field("currentDeviceMode")?;
            mode.one_of(&["COLOR", "ASLEEP", "NOT_PROVISIONED", "OTHER"])
        }
        ("Alexa.ThermostatController", "REQUESTED_SETPOINTS_TOO_CLOSE") => {
            with("minimumTemperatureDelta")?;
            temperature(&payload.field("minimumTemperatureDelta")?)
        }
        ("Alexa.ThermostatController", name) if PLAIN_THERMOSTAT_ERRORS.contains(&name) => {
            payload.only(&["type", "message"])
        }
        ("Alexa.SecurityPanelController", name) if PLAIN_PANEL_ERRORS.contains(&name) => {
            payload.only(&["type", "message"])
        }
        ("Alexa.Authorization", "ACCEPT_GRANT_FAILED") => payload.only(&["type", "message"]),
        _ => Err(kind.wrong(&format!("is no error of `{namespace}`"))),
    }
}

const CATEGORIES: [&str; 34] = [
    "ACTIVITY_TRIGGER",
    "CAMERA",
    "COMPUTER",
    "CONTACT_SENSOR",
    "DOOR",
    "DOORBELL",
    "EXTERIOR_BLIND",
    "FAN",
    "GAME_CONSOLE",
    "GARAGE_DOOR",
    "INTERIOR_BLIND",
    "LAPTOP",
    "LIGHT",
    "MICROWAVE",
    "MOBILE_PHONE",
    "MOTION_SENSOR",
    "MUSIC_SYSTEM",
    "NETWORK_HARDWARE",
    "OTHER",
    "OVEN",
    "PHONE",
    "SCENE_TRIGGER",
    "SCREEN",
    "SECURITY_PANEL",
    "SMARTLOCK",
    "SMARTPLUG",
    "SPEAKER",
    "STREAMING_DEVICE",
    "SWITCH",
    "TABLET",
    "TEMPERATURE_SENSOR",
    "THERMOSTAT",
    "TV",
    "WEARABLE",
];

fn devices(list: &At<'_>) -> Checked {
    let devices = list.items()?;
    list.ensure(devices.len() <= 300, "has more than 300 devices")?;
    let mut ids = BTreeSet::new();
    for device in devices {
        device.only(&[
            "endpointId",
            "manufacturerName",
            "friendlyName",
            "description",
            "displayCategories",
            "cookie",
            "additionalAttributes",
            "connections",
            "capabilities",
        ])?;
        let id = device.field("endpointId")?;
        id.made_of(ENDPOINT_ID, 256)?;
        id.ensure(ids.insert(id.text()?), "is there twice")?;
        for name in ["manufacturerName", "friendlyName", "description"] {
            device.field(name)?.no_longer_than(1, 128)?;
        }
        let shown = device.field("displayCategories")?;
        let mut categories = BTreeSet::new();
        for category in shown.items()? {
            category.one_of(&CATEGORIES)?;
            category.ensure(categories.insert(category.text()?), "is there twice")?;
        }
        shown.ensure(!categories.is_empty(), "is empty")?;
        if let Some(cookie) = device.maybe("cookie")? {
            for name in cookie.object()?.keys() {
                cookie.field(name)?.text()?;
            }
            cookie.ensure(cookie.value.to_string().len() <= 5_000, "is more than 5,000 bytes")?;
        }
        if let Some(attributes) = device.maybe("additionalAttributes")? {
            attributes.only(&[
                "manufacturer",
                "model",
                "serialNumber",
                "firmwareVersion",
                "softwareVersion",
                "customIdentifier",
            ])?;
            for name in attributes.object()?.keys() {
                attributes.field(name)?.no_longer_than(0, 256)?;
            }
        }
        if let Some(connections) = device.maybe("connections")? {
            for connection in connections.items()? {
                connection.only(&["type", "macAddress", "homeId", "nodeId", "value"])?;
                connection.field("type")?.one_of(&["TCP_IP", "ZIGBEE", "ZWAVE", "UNKNOWN"])?;
            }
        }
        capabilities(&device.field("capabilities")?)?;
    }
    Ok(())
}

fn capabilities(list: &At<'_>) -> Checked {
    let capabilities = list.items()?;
    list.ensure((1..=100).contains(&capabilities.len()), "has none or more than 100")?;
    let mut interfaces = BTreeSet::new();
    for capability in capabilities {
        capability.only(&[
            "type",
            "interface",
            "version",
            "instance",
            "properties",
            "configuration",
            "capabilityResources",
            "semantics",
            "proactivelyReported",
            "supportsDeactivation",
            "supportedOperations",
            "inputs",
            "cameraStreamConfigurations",
        ])?;
        capability.field("type")?.one_of(&["AlexaInterface"])?;
        let version = capability.field("version")?;
        version.ensure(version.value == "3", "is not the text 3")?;
        let interface = capability.field("interface")?;
        let name = interface.text()?;
        let instance = capability.maybe("instance")?;
        let instance = instance.as_ref().map(At::text).transpose()?;
        capability.ensure(
            GENERIC.contains(&name) == instance.is_some(),
            "has an instance where there is one of it, or none where there are several",
        )?;
        interface.ensure(interfaces.insert((name, instance)), "is there twice")?;
        let known: &[&str] = match name {
            "Alexa" => {
                capability.only(&["type", "interface", "version"])?;
                continue;
            }
            "Alexa.PowerController" => &["powerState"],
            "Alexa.BrightnessController" => &["brightness"],
            "Alexa.ColorController" => &["color"],
            "Alexa.ColorTemperatureController" => &["colorTemperatureInKelvin"],
            "Alexa.ThermostatController" => {
                &["targetSetpoint", "lowerSetpoint", "upperSetpoint", "thermostatMode"]
            }
            "Alexa.LockController" => &["lockState"],
            "Alexa.TemperatureSensor" => &["temperature"],
            "Alexa.EndpointHealth" => &["connectivity"],
            "Alexa.RangeController" => {
                range_capability(&capability)?;
                &["rangeValue"]
            }
            "Alexa.ModeController" => {
                mode_capability(&capability)?;
                &["mode"]
            }
            "Alexa.ToggleController" => {
                friendly_names(&capability.field("capabilityResources")?)?;
                semantics(&capability, |_, _| Ok(()))?;
                &["toggleState"]
            }
            "Alexa.ContactSensor" | "Alexa.MotionSensor" => &["detectionState"],
            "Alexa.PercentageController" => &["percentage"],
            "Alexa.PowerLevelController" => &["powerLevel"],
            "Alexa.Speaker" => &["volume", "muted"],
            "Alexa.InputController" => &["input"],
            "Alexa.ChannelController" => &["channel"],
            "Alexa.SecurityPanelController" => {
                let configuration = capability.field("configuration")?;
                configuration.only(&["supportedArmStates", "supportedAuthorizationTypes"])?;
                for state in configuration.field("supportedArmStates")?.items()? {
                    state.field("value")?.one_of(&ARM_STATES)?;
                }
                &["armState", "burglaryAlarm", "carbonMonoxideAlarm", "fireAlarm", "waterAlarm"]
            }
            "Alexa.SceneController" => {
                let flag = capability.field("supportsDeactivation")?;
                flag.ensure(flag.value.is_boolean(), "is neither true nor false")?;
                continue;
            }
            "Alexa.PlaybackController" => {
                for operation in capability.field("supportedOperations")?.items()? {
                    operation.one_of(&[
                        "FastForward",
                        "Next",
                        "Pause",
                        "Play",
                        "Previous",
                        "Rewind",
                        "StartOver",
                        "Stop",
                    ])?;
                }
                continue;
            }
            "Alexa.RTCSessionController" => {
                let flag =
                    capability.field("configuration")?.field("isFullDuplexAudioSupported")?;
                flag.ensure(flag.value.is_boolean(), "is neither true nor false")?;
                continue;
            }
            "Alexa.CameraStreamController" => {
                capability.field("cameraStreamConfigurations")?.items()?;
                continue;
            }
            "Alexa.DoorbellEventSource" | "Alexa.StepSpeaker" => continue,
            _ => return Err(interface.wrong("is none of a skill's interfaces")),
        };
        let properties = capability.field("properties")?;
        properties.only(&["supported", "proactivelyReported", "retrievable", "nonControllable"])?;
        for flag in ["proactivelyReported", "retrievable"] {
            let flag = properties.field(flag)?;
            flag.ensure(flag.value.is_boolean(), "is neither true nor false")?;
        }
        let supported = properties.field("supported")?;
        supported.ensure(!supported.items()?.is_empty(), "is empty")?;
        for property in supported.items()? {
            property.only(&["name"])?;
            property.field("name")?.one_of(known)?;
        }
        let is_checked = GENERIC.contains(&name) || name == "Alexa.SecurityPanelController";
        if let Some(configuration) = capability.maybe("configuration")?.filter(|_| !is_checked) {
            configuration.ensure(name == "Alexa.ThermostatController", "belongs to thermostats")?;
            configuration.only(&["supportsScheduling", "supportedModes"])?;
            if let Some(modes) = configuration.maybe("supportedModes")? {
                modes.items()?.iter().try_for_each(|mode| mode.one_of(&MODES))?;
            }
            if let Some(flag) = configuration.maybe("supportsScheduling")? {
                flag.ensure(flag.value.is_boolean(), "is neither true nor false")?;
            }
        }
    }
    for always in ["Alexa", "Alexa.EndpointHealth"] {
        list.ensure(interfaces.contains(&(always, None)), &format!("has no `{always}`"))?;
    }
    Ok(())
}

fn range_capability(capability: &At<'_>) -> Checked {
    friendly_names(&capability.field("capabilityResources")?)?;
    let configuration = capability.field("configuration")?;
    configuration.only(&["supportedRange", "presets", "unitOfMeasure"])?;
    let range = configuration.field("supportedRange")?;
    range.only(&["minimumValue", "maximumValue", "precision"])?;
    let number = |name: &str| range.field(name)?.number();
    let (least, most, step) =
        (number("minimumValue")?, number("maximumValue")?, number("precision")?);
    range.ensure(least < most && step > 0.0, "is no range")?;
    if let Some(presets) = configuration.maybe("presets")? {
        for preset in presets.items()? {
            preset.only(&["rangeValue", "presetResources"])?;
            preset.field("rangeValue")?.within(least, most)?;
            friendly_names(&preset.field("presetResources")?)?;
        }
    }
    semantics(capability, |kind, mapping| match kind {
        "StatesToValue" => mapping.field("value")?.within(least, most),
        _ => {
            let range = mapping.field("range")?;
            range.field("minimumValue")?.within(least, most)?;
            range.field("maximumValue")?.within(least, most)
        }
    })
}

fn mode_capability(capability: &At<'_>) -> Checked {
    friendly_names(&capability.field("capabilityResources")?)?;
    let configuration = capability.field("configuration")?;
    configuration.only(&["ordered", "supportedModes"])?;
    let ordered = configuration.field("ordered")?;
    ordered.ensure(ordered.value.is_boolean(), "is neither true nor false")?;
    let mut names = BTreeSet::new();
    for mode in configuration.field("supportedModes")?.items()? {
        mode.only(&["value", "modeResources"])?;
        let name = mode.field("value")?;
        name.ensure(names.insert(name.text()?), "is there twice")?;
        friendly_names(&mode.field("modeResources")?)?;
    }
    semantics(capability, |_, mapping| {
        let mode = mapping.field("value")?;
        mode.ensure(names.contains(mode.text()?), "is none of the modes")
    })
}

fn friendly_names(resources: &At<'_>) -> Checked {
    resources.only(&["friendlyNames"])?;
    let names = resources.field("friendlyNames")?;
    names.ensure(!names.items()?.is_empty(), "is empty")?;
    for name in names.items()? {
        name.only(&["@type", "value"])?;
        let value = name.field("value")?;
        match name.field("@type")?.text()? {
            "asset" => {
                value.only(&["assetId"])?;
                value.field("assetId")?.no_longer_than(1, 256)?;
            }
            "text" => {
                value.only(&["text", "locale"])?;
                value.field("text")?.no_longer_than(1, 100)?;
                value.field("locale")?.no_longer_than(5, 5)?;
            }
            _ => return Err(name.wrong("is neither an asset nor a text")),
        }
    }
    Ok(())
}

fn semantics(capability: &At<'_>, means: impl Fn(&str, &At<'_>) -> Checked) -> Checked {
    let Some(semantics) = capability.maybe("semantics")? else { return Ok(()) };
    semantics.only(&["actionMappings", "stateMappings"])?;
    semantics.ensure(!semantics.object()?.is_empty(), "is empty")?;
    if let Some(actions) = semantics.maybe("actionMappings")? {
        let mut known = BTreeSet::new();
        for mapping in actions.items()? {
            mapping.only(&["@type", "actions", "directive"])?;
            mapping.field("@type")?.one_of(&["ActionsToDirective"])?;
            for action in mapping.field("actions")?.items()? {
                action.one_of(&[
                    "Alexa.Actions.Close",
                    "Alexa.Actions.Open",
                    "Alexa.Actions.Lower",
                    "Alexa.Actions.Raise",
                ])?;
                let name = action.text()?.to_owned();
                action.ensure(known.insert(name), "is there twice")?;
            }
            let directive = mapping.field("directive")?;
            directive.only(&["name", "payload"])?;
            directive.field("name")?.text()?;
            directive.field("payload")?.object()?;
        }
    }
    if let Some(states) = semantics.maybe("stateMappings")? {
        for mapping in states.items()? {
            mapping.only(&["@type", "states", "value", "range"])?;
            let kind = mapping.field("@type")?;
            kind.one_of(&["StatesToValue", "StatesToRange"])?;
            for state in mapping.field("states")?.items()? {
                state.one_of(&["Alexa.States.Closed", "Alexa.States.Open"])?;
            }
            means(kind.text()?, &mapping)?;
        }
    }
    Ok(())
}

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
        Kind::ChangeReport => Err("a ChangeReport goes to the event gateway only".to_owned()),
        _ => Ok(()),
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
        Kind::Response | Kind::StateReport | Kind::ErrorResponse | Kind::ChangeReport
    ) {
        return Err(format!("a {kind:?} is an answer to a directive, and goes nowhere else"));
    }
    let event = At::root(event).field("event")?;
    let scope = event.field("endpoint")?.field("scope")?;
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
        ("Alexa" | "Alexa.ThermostatController" | "Alexa.Authorization", "ErrorResponse") => {
            Kind::ErrorResponse
        }
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
        Kind::AcceptGrantResponse => {
            lacks("endpoint")?;
            lacks("context")?;
            payload.empty()?;
        }
    }
    Ok(kind)
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

const ENDPOINT_ID: &str = "_-=#;:?@&";

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
            "value",
            "timeOfSample",
            "uncertaintyInMilliseconds",
        ])?;
        let name = (property.field("namespace")?.text()?, property.field("name")?.text()?);
        // The schema minds equal entries only; two values of one property make no sense either.
        property.ensure(names.insert(name), "is there twice")?;
        time(&property.field("timeOfSample")?)?;
        property.field("uncertaintyInMilliseconds")?.within(0.0, f64::MAX)?;
        value(name, &property.field("value")?)?;
    }
    Ok(())
}

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
        (namespace, name) => Err(value.wrong(&format!("is of no known `{namespace}` `{name}`"))),
    }
}

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

fn error(namespace: &str, payload: &At<'_>) -> Checked {
    let kind = payload.field("type")?;
    let name = kind.text()?;
    match payload.maybe("message")? {
        Some(message) => {
            message.text()?;
        }
        None if namespace == "Alexa.ThermostatController" => {}
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
        capabilities(&device.field("capabilities")?)?;
    }
    Ok(())
}

fn capabilities(list: &At<'_>) -> Checked {
    let capabilities = list.items()?;
    list.ensure((1..=100).contains(&capabilities.len()), "has none or more than 100")?;
    let mut interfaces = BTreeSet::new();
    for capability in capabilities {
        capability.only(&["type", "interface", "version", "properties", "configuration"])?;
        capability.field("type")?.one_of(&["AlexaInterface"])?;
        let version = capability.field("version")?;
        version.ensure(version.value == "3", "is not the text 3")?;
        let interface = capability.field("interface")?;
        let name = interface.text()?;
        interface.ensure(interfaces.insert(name), "is there twice")?;
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
            _ => return Err(interface.wrong("is none of a skill's interfaces")),
        };
        let properties = capability.field("properties")?;
        properties.only(&["supported", "proactivelyReported", "retrievable"])?;
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
        if let Some(configuration) = capability.maybe("configuration")? {
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
        list.ensure(interfaces.contains(always), &format!("has no `{always}`"))?;
    }
    Ok(())
}

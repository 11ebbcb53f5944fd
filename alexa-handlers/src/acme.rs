//! A whole [`DeviceCloud`]: that of Acme, whose devices are bulbs, thermostats and locks.
//!
//! Acme is made up, and its API is like many.
//!
//! | request | answer |
//! |---|---|
//! | `GET /me`, with the user's bearer token | `{"account": "household-7", "link": "l-1"}` |
//! | `GET /accounts/{account}/devices` | `[{"id", "name", "model", "kind", "features"}]` |
//! | `GET /accounts/{account}/devices/{id}` | the device's state |
//! | `PATCH /accounts/{account}/devices/{id}`, with what is to become of the state and an `Idempotency-Key` | 200 and the state, or 202 and `{"request": "r-1"}` |
//!
//! A link is what somebody has linked an account to Alexa by; its tokens change, and it does not.
//! All but `/me` take the skill's API key as a bearer token. A state is an object of those of
//! `reachable`, `on`, `brightness`, `color`, `kelvin`, `target`, `lower`, `upper`, `mode`, `lock`,
//! `temperature`, `percentage`, `level`, `volume`, `muted`, `input`, `channel`, `contact`, `motion`, `arm`,
//! `burglary`, `carbon_monoxide`, `fire`, `water` and `at` (milliseconds since 1970) that the device has; values
//! are as Alexa writes them, what is so or is not is true or false, temperatures are in any scale and with any
//! number. What a device may have several of goes by its name: `range:NAME`, `mode:NAME`, `toggle:NAME`.
//!
//! A device can be told what is no state, too: `scene` (true or false), `schedule`, `steps`, `silent`, `play`,
//! `mode_step`, `session`, `streams`, and beside `arm` a `bypass`, `instant` or `pin`. What it answers besides its
//! state are `exit_delay` (seconds), `answer` (SDP) and `streams`, as Alexa writes them.
//!
//! `features` are what a device has: `power`, `brightness`, `color`, `kelvin`, `lock`, `temperature`, `target`,
//! `range`, `schedule`, `contact`, `motion`, `percentage`, `level`, `volume`, `scene`, `scene_ends`, `arm_away`,
//! `arm_stay`, `arm_night`, `pins`, `burglary`, `carbon_monoxide`, `fire`, `water`, `ring`. What a device may have
//! several of is in its `settings`: `{"range": "lift", "label": "Alexa.Setting.Opening", "from": 0, "to": 100,
//! "step": 1, "unit": "Alexa.Unit.Percent", "open": 100, "closed": 0}`, `{"mode": "cycle", "label": "Cycle",
//! "modes": {"delicate": "Delicate"}, "ordered": false}`, `{"toggle": "swing", "label": "Swing"}`. A label is a
//! text in English, or an asset of Alexa's.
//! What fails is answered with a status and, where it says more, with `{"code": "low_battery",
//! "percentage": 3}` or `out_of_range` (`minimum`, `maximum`), `temperature_out_of_range` (the same, in
//! degrees Celsius), `too_close` (`apart`, in degrees Celsius), `off`, `busy`, `broken`, `jammed`,
//! `unreachable`, `old_firmware`, `wrong_mode` (`mode`), `no_such_feature`, `unwilling`, `unauthorized`,
//! `bypass_needed`, `not_ready`, `alarm_uncleared`, `trouble_uncleared`, `authorization_required`.
//!
//! Acme posts what has changed to the address that it is given, if it is given one: `{"account",
//! "device", "request", "state", "changed", "failed", "cause", "happened", "listed"}`. The request is there if one
//! caused it,
//! `changed` lists the parts of the state that are new (without it all are), and `failed` says, as
//! above, why a request that was accepted was not carried out. What is no state has `happened`: `rung`, `removed`,
//! or `added`, then with what the device is `listed` as. The header
//! `acme-signature` proves it: `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256, by the skill's push
//! key, of `SECONDS.BODY`.
//!
//! The network's secret for the device cloud is `{"api_key": "…", "push_key": "…"}`.

mod settings;
mod state;

use crate::{
    Account, Api, DeviceCloud, Fault, Order, Outcome, PushRefused, User, http::escape, read_json,
};
use alexa_patterns::message::{
    AlarmKind, ArmState, Armed, Attribute, Attributes, Capability, Category, Cause, Command,
    Connectivity, DeviceMode, DevicePush, DiscoveredDevice, EndpointId, ErrorType, Happening,
    Label, OwnError, Plain, Property, Reply, RtcCommand, RtcReply, Scale, Scene, SecurityPanel,
    SecurityPanelCommand, SecurityPanelError, SetPointCount, State, StateChange, Temperature,
    Thermostat, ThermostatError, ThermostatMode, Token,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use net_dsl::HttpRequest;
use net_runtime::{CallError, ExposeSecret as _, Failure, SecretString, ServiceRequest};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use state::{DeviceState, Parts, Wanted, has_no};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

/// Acme's cloud.
#[derive(Clone, Copy, Debug, Default)]
pub struct Acme;

/// The longest answer that is read: 300 devices take a tenth of it.
const LONGEST: usize = 1024 * 1024;

/// How old a push may be, in seconds: an older one may have been recorded and played back.
const OLDEST_PUSH: u64 = 300;

/// What the network's secret for the device cloud says.
#[derive(Deserialize)]
struct Keys {
    api_key: Token,
    push_key: Token,
}

fn keys(secret: &SecretString) -> Result<Keys, Failure> {
    serde_json::from_str(secret.expose_secret()).map_err(|_| {
        Failure::Permanent(r#"Acme's secret is not `{"api_key":"…","push_key":"…"}`"#.into())
    })
}

/// A fault of a request that may be sent again, whatever has become of it.
struct Again(Fault);

impl From<CallError> for Again {
    fn from(error: CallError) -> Again {
        Again(Fault::from(error).temporary())
    }
}

impl From<Failure> for Again {
    fn from(failure: Failure) -> Again {
        Again(failure.into())
    }
}

/// The answer to a request with the skill's own key, and its body. Each may be sent again: those that
/// change something have an idempotency key. So it is sent with a key that has just taken the place of
/// a refused one.
async fn answer<'c>(
    api: &Api<'c>,
    request: impl Fn() -> ServiceRequest<'c>,
) -> Result<(StatusCode, Value), Fault> {
    let again = |error: CallError| Fault::from(error).temporary();
    let answer = api.send_with_secret::<Again>(|secret| {
        Ok(request().bearer_auth(keys(secret)?.api_key.expose()))
    });
    let answer = answer.await.map_err(|Again(fault)| fault)?;
    let status = answer.status();
    let body = read_json(answer, LONGEST).await;
    if status.is_success() {
        return Ok((status, body.map_err(again)?));
    }
    Err(fault(&body.unwrap_or_default()).unwrap_or_else(|| Fault::of_own_key(status.as_u16())))
}

/// A path below an account's devices; ids are escaped, since others choose them.
fn path(account: &str, endpoint: Option<&EndpointId>) -> String {
    let device = endpoint.map(|id| format!("/{}", escape(id.as_str()))).unwrap_or_default();
    format!("/accounts/{}/devices{device}", escape(account))
}

/// What went wrong, where Acme says more than a status.
fn fault(body: &Value) -> Option<Fault> {
    let code = body["code"].as_str()?;
    Some(Fault::new(error(body)?, format!("Acme says: {code}")))
}

fn error(body: &Value) -> Option<ErrorType> {
    let celsius = |value: &Value| Temperature::new(value.as_f64()?, Scale::Celsius).ok();
    let number = |name: &str| body[name].as_f64();
    let panel = |error| ErrorType::Own(OwnError::SecurityPanel(error));
    let thermostat = |error| ErrorType::Own(OwnError::Thermostat(error));
    Some(match body["code"].as_str()? {
        "low_battery" => ErrorType::EndpointLowPower { percentage: number("percentage") },
        "out_of_range" => {
            ErrorType::ValueOutOfRange { valid: number("minimum").zip(number("maximum")) }
        }
        "temperature_out_of_range" => ErrorType::TemperatureValueOutOfRange {
            valid: celsius(&body["minimum"]).zip(celsius(&body["maximum"])),
        },
        "too_close" => {
            let minimum = celsius(&body["apart"])?;
            thermostat(ThermostatError::SetpointsTooClose { minimum })
        }
        "off" => thermostat(ThermostatError::IsOff),
        "unwilling" => thermostat(ThermostatError::UnwillingToSetSchedule),
        "no_such_feature" => ErrorType::InvalidDirective,
        "unauthorized" => panel(SecurityPanelError::Unauthorized),
        "bypass_needed" => panel(SecurityPanelError::BypassNeeded),
        "not_ready" => panel(SecurityPanelError::NotReady),
        "alarm_uncleared" => panel(SecurityPanelError::UnclearedAlarm),
        "trouble_uncleared" => panel(SecurityPanelError::UnclearedTrouble),
        "authorization_required" => panel(SecurityPanelError::AuthorizationRequired),
        "busy" => ErrorType::EndpointBusy,
        "broken" | "jammed" => ErrorType::HardwareMalfunction,
        "unreachable" => ErrorType::EndpointUnreachable,
        "old_firmware" => ErrorType::FirmwareOutOfDate,
        "wrong_mode" => {
            let mode = DeviceMode::deserialize(&body["mode"]).unwrap_or(DeviceMode::Other);
            ErrorType::NotSupportedInCurrentMode { mode }
        }
        _ => return None,
    })
}

/// It does not say what was found instead: that may be anything, even a token.
fn malformed(what: &str) -> Fault {
    Fault::new(ErrorType::InternalError, format!("Acme's {what} is not as documented"))
}

impl DeviceCloud for Acme {
    async fn account(&self, token: &Token, api: &Api<'_>) -> Result<Account, Fault> {
        let again = |error: CallError| Fault::from(error).temporary();
        let answer = api.get("/me").bearer_auth(token.expose()).send().await.map_err(again)?;
        let status = answer.status();
        let body = read_json(answer, LONGEST).await;
        if !status.is_success() {
            let fault = fault(&body.unwrap_or_default());
            return Err(fault.unwrap_or_else(|| Fault::of_status(status.as_u16())));
        }
        let body = body.map_err(again)?;
        let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
        match (text("account"), text("link")) {
            (Some(account), Some(link)) => Ok(Account::new(account, link)),
            (Some(account), None) => Ok(Account::with_one_link(account)),
            (None, _) => {
                let why = "the token is of no account";
                Err(Fault::new(ErrorType::InvalidAuthorizationCredential, why))
            }
        }
    }

    async fn discover(
        &self,
        user: User<'_>,
        api: &Api<'_>,
    ) -> Result<Vec<DiscoveredDevice>, Fault> {
        let path = path(user.account, None);
        let (_, body) = answer(api, || api.get(&path)).await?;
        let told = body.as_array().ok_or_else(|| malformed("list of devices"))?;
        let devices: Vec<Device> = told.iter().filter_map(Device::read).collect();
        if devices.is_empty() && !told.is_empty() {
            return Err(malformed("list of devices"));
        }
        Ok(devices.into_iter().filter_map(Device::discovered).collect())
    }

    async fn state(
        &self,
        user: User<'_>,
        endpoint: &EndpointId,
        api: &Api<'_>,
    ) -> Result<State, Fault> {
        let path = path(user.account, Some(endpoint));
        let (_, body) = answer(api, || api.get(&path)).await?;
        Ok(read_state(&body)?.report(api.now()))
    }

    async fn command(
        &self,
        user: User<'_>,
        order: Order<'_>,
        api: &Api<'_>,
    ) -> Result<Outcome, Fault> {
        let path = path(user.account, Some(order.endpoint));
        let wanted = match Wanted::of(order.command) {
            Some(wanted) => wanted,
            None => {
                let (_, body) = answer(api, || api.get(&path)).await?;
                read_state(&body)?.changed_by(order.command)?
            }
        };
        let Wanted { parts, expected } = wanted;
        let request =
            || api.request(Method::PATCH, &path).header("idempotency-key", order.id).json(&parts);
        let (status, body) = answer(api, request).await.map_err(|fault| match fault.error() {
            // Which of Alexa's interfaces it is, Acme does not know.
            ErrorType::InvalidDirective => has_no(order.command),
            _ => fault,
        })?;
        if status != StatusCode::ACCEPTED {
            let state = read_state(&body)?.report(api.now());
            return Ok(match reply(order.command, &body) {
                Some(reply) => Outcome::Replied(state, reply),
                None => Outcome::Done(state),
            });
        }
        match body["request"].as_str() {
            Some(request) => Ok(Outcome::Accepted { request: request.to_owned(), expected }),
            None => Err(Fault::new(ErrorType::InternalError, "Acme accepted it under no name")),
        }
    }

    async fn push(
        &self,
        push: &HttpRequest<DevicePush>,
        api: &Api<'_>,
    ) -> Result<Vec<StateChange>, PushRefused> {
        let text = &push.body.0;
        let signature = push.headers.get("acme-signature").map_or("", String::as_str);
        let unavailable = |error: Failure| PushRefused::Unavailable(error.into());
        let is_signed_by = |secret: &SecretString| {
            let keys = keys(secret).map_err(unavailable)?;
            Ok(is_signed(text, signature, &keys.push_key, api.now()))
        };
        let secret = api.secret().await.map_err(unavailable)?;
        if !is_signed_by(&secret)? {
            // The key may have been rotated since it was read: it may be signed by the new one.
            let newer = api.newer_secret(&secret).await.map_err(unavailable)?;
            if !newer.as_ref().map_or(Ok(false), is_signed_by)? {
                return Err(PushRefused::NotAuthentic);
            }
        }
        let told: Value =
            serde_json::from_str(text).map_err(|error| PushRefused::Malformed(position(&error)))?;
        let change = pushed(&told, api.now());
        change.map(|change| vec![change]).ok_or_else(|| {
            PushRefused::Malformed("it names no account and device, or has no state".to_owned())
        })
    }
}

/// What an interface answers in its own words, as far as Acme says it.
fn reply(command: &Command, body: &Value) -> Option<Reply> {
    let parts = Parts(body.as_object()?);
    match command {
        Command::SecurityPanel(SecurityPanelCommand::Arm { .. }) => {
            Some(Reply::SecurityPanel(Armed { exit_delay: Some(parts.part("exit_delay")?) }))
        }
        Command::RtcSession(RtcCommand::Initiate { .. }) => {
            Some(Reply::RtcSession(RtcReply::Answer(parts.part("answer")?)))
        }
        Command::CameraStream(_) => Some(Reply::CameraStream(parts.part("streams")?)),
        _ => None,
    }
}

/// What a push says; none without the account, the device and a state. What else is odd is left out.
fn pushed(told: &Value, now: SystemTime) -> Option<StateChange> {
    let parts = Parts(told.as_object()?);
    let happened = match told["happened"].as_str() {
        Some("rung") => Some(Happening::Rung { time: now.into() }),
        Some("removed") => Some(Happening::Removed),
        Some("added") => {
            let device = Device::read(&told["listed"])?.discovered()?;
            Some(Happening::Added(Box::new(device)))
        }
        _ => None,
    };
    let known = match &happened {
        Some(_) => DeviceState::default(),
        None => DeviceState::read(&told["state"])?,
    };
    let names = told["changed"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let names: Vec<_> =
        names.filter_map(|name| known.property(name)).map(|property| property.name()).collect();
    let state = known.report(now);
    let failed = parts.part::<Value>("failed");
    // A device that is there has not come back for all that is known.
    let connected = Property::Connectivity(Connectivity::Ok);
    let (changed, unchanged) = match &*names {
        [] if state.get(&connected.name()) == Some(&connected) => {
            let (connectivity, others) = state.split(&[connected.name()]);
            (others, connectivity)
        }
        [] => (state, State::new()),
        names => state.split(names),
    };
    Some(StateChange {
        user: parts.part("account")?,
        endpoint: parts.part("device")?,
        request: parts.part("request"),
        changed,
        unchanged,
        failed: failed.map(|failed| error(&failed).unwrap_or(ErrorType::InternalError)),
        cause: parts.part("cause").unwrap_or(Cause::PhysicalInteraction),
        happened,
    })
}

/// Where a text goes wrong, and not what is there: that may be anything, even a token.
fn position(error: &serde_json::Error) -> String {
    format!("it is not as documented at line {}, column {}", error.line(), error.column())
}

fn read_state(body: &Value) -> Result<DeviceState, Fault> {
    DeviceState::read(body).ok_or_else(|| malformed("state of a device"))
}

/// Whether a text carries Acme's signature, not older than a few minutes.
fn is_signed(text: &str, signature: &str, key: &Token, now: SystemTime) -> bool {
    let parts: BTreeMap<&str, &str> =
        signature.split(',').filter_map(|part| part.trim().split_once('=')).collect();
    let (Some(at), Some(code)) = (parts.get("t"), parts.get("v1")) else { return false };
    let Ok(seconds) = at.parse::<u64>() else { return false };
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    if seconds.abs_diff(now) > OLDEST_PUSH {
        return false;
    }
    let Some(code) = from_hex(code) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()) else { return false };
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(text.as_bytes());
    // In constant time.
    mac.verify_slice(&code).is_ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// A device as Acme lists it.
struct Device {
    id: String,
    name: String,
    model: String,
    kind: Kind,
    features: BTreeSet<String>,
    settings: Vec<Capability>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Bulb,
    Thermostat,
    Lock,
    Sensor,
    Blind,
    Fan,
    Contact,
    Motion,
    Scene,
    Speaker,
    Panel,
    Doorbell,
    #[serde(other)]
    Other,
}

impl Device {
    /// A device as Acme tells it; none without an id. What else is odd is left out.
    fn read(told: &Value) -> Option<Device> {
        let parts = Parts(told.as_object()?);
        let id: String = parts.part("id")?;
        let features = told["features"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Some(Device {
            name: parts.part("name").unwrap_or_else(|| id.clone()),
            model: parts.part("model").unwrap_or_default(),
            kind: parts.part("kind").unwrap_or(Kind::Other),
            features: features.map(str::to_owned).collect(),
            settings: settings::read(&told["settings"]),
            id,
        })
    }

    /// The device as Alexa knows it; none if it has an id that Alexa does not take, or can do nothing
    /// that Alexa could have it do.
    fn discovered(self) -> Option<DiscoveredDevice> {
        let endpoint = EndpointId::new(self.id.as_str()).ok()?;
        let has = |feature: &str| self.features.contains(feature);
        let features = [
            ("power", Capability::Power(Plain)),
            ("brightness", Capability::Brightness(Plain)),
            ("color", Capability::Color(Plain)),
            ("kelvin", Capability::ColorTemperature(Plain)),
            ("lock", Capability::Lock(Plain)),
            ("temperature", Capability::Temperature(Plain)),
            ("contact", Capability::Contact(Plain)),
            ("motion", Capability::Motion(Plain)),
            ("percentage", Capability::Percentage(Plain)),
            ("level", Capability::PowerLevel(Plain)),
            ("volume", Capability::Speaker(Plain)),
            ("scene", Capability::Scene(Scene { ends: has("scene_ends") })),
            ("ring", Capability::Doorbell(Plain)),
        ];
        let mut capabilities: Vec<Capability> = features
            .into_iter()
            .filter(|(feature, _)| has(feature))
            .map(|(_, capability)| capability)
            .collect();
        let set_points = match (has("target"), has("range")) {
            (true, true) => Some(SetPointCount::Three),
            (false, true) => Some(SetPointCount::Two),
            (true, false) => Some(SetPointCount::One),
            (false, false) => None,
        };
        if let Some(set_points) = set_points {
            use ThermostatMode::{Auto, Cool, Eco, Heat, Off};
            capabilities.insert(
                0,
                Capability::Thermostat(Thermostat {
                    set_points,
                    modes: [Auto, Cool, Eco, Heat, Off].into(),
                    scheduling: has("schedule"),
                }),
            );
        }
        let arm_states = [
            ("arm_away", ArmState::ArmedAway),
            ("arm_stay", ArmState::ArmedStay),
            ("arm_night", ArmState::ArmedNight),
        ];
        let mut arm_states: BTreeSet<ArmState> =
            arm_states.into_iter().filter(|(name, _)| has(name)).map(|(_, state)| state).collect();
        if !arm_states.is_empty() {
            arm_states.insert(ArmState::Disarmed);
            let alarms = [
                ("burglary", AlarmKind::Burglary),
                ("carbon_monoxide", AlarmKind::CarbonMonoxide),
                ("fire", AlarmKind::Fire),
                ("water", AlarmKind::Water),
            ];
            let alarms = alarms.into_iter().filter(|(name, _)| has(name)).map(|(_, kind)| kind);
            capabilities.push(Capability::SecurityPanel(SecurityPanel {
                arm_states,
                alarms: alarms.collect(),
                takes_pins: has("pins"),
            }));
        }
        capabilities.extend(self.settings);
        if capabilities.is_empty() {
            return None;
        }
        let category = match self.kind {
            Kind::Bulb => Category::Light,
            Kind::Thermostat => Category::Thermostat,
            Kind::Lock => Category::Smartlock,
            Kind::Sensor => Category::TemperatureSensor,
            Kind::Blind => Category::InteriorBlind,
            Kind::Fan => Category::Fan,
            Kind::Contact => Category::ContactSensor,
            Kind::Motion => Category::MotionSensor,
            Kind::Scene => Category::SceneTrigger,
            Kind::Speaker => Category::Speaker,
            Kind::Panel => Category::SecurityPanel,
            Kind::Doorbell => Category::Doorbell,
            Kind::Other => Category::Other,
        };
        Some(
            DiscoveredDevice::builder()
                .endpoint(endpoint)
                .name(Label::cut(&self.name))
                .manufacturer(Label::cut("Acme"))
                .description(Label::cut(&format!("Acme {}", self.model)))
                .category(category)
                // A certified product has both ("Works with Alexa Skill Requirements").
                .attributes(Attributes {
                    manufacturer: Attribute::new("Acme").ok(),
                    model: Attribute::new(self.model).ok(),
                    ..Attributes::default()
                })
                .capabilities(capabilities)
                .build(),
        )
    }
}

//! A whole [`DeviceCloud`]: that of Acme, whose devices are bulbs, thermostats and locks.
//!
//! Acme is made up, and its API is like many.
//!
//! | request | answer |
//! |---|---|
//! | `GET /me`, with the user's bearer token | `{"account": "ann"}` |
//! | `GET /accounts/{account}/devices` | `[{"id", "name", "model", "kind", "features"}]` |
//! | `GET /accounts/{account}/devices/{id}` | the device's state |
//! | `PATCH /accounts/{account}/devices/{id}`, with what is to become of the state and an `Idempotency-Key` | 200 and the state, or 202 and `{"request": "r-1"}` |
//!
//! All but `/me` take the skill's API key as a bearer token. A state is an object of those of
//! `reachable`, `on`, `brightness`, `color`, `kelvin`, `target`, `lower`, `upper`, `mode`, `lock`,
//! `temperature` and `at` (milliseconds since 1970) that the device has; values are as Alexa writes
//! them. What fails is answered with a status and, where it says more, with `{"code": "low_battery",
//! "percentage": 3}` or `out_of_range` (`minimum`, `maximum`), `temperature_out_of_range` (the same, in
//! degrees Celsius), `too_close` (`apart`, in degrees Celsius), `off`, `busy`, `broken`,
//! `old_firmware`, `wrong_mode` (`mode`).
//!
//! Acme posts what has changed to the address that it is given, if it is given one: `{"account",
//! "device", "request", "state", "cause"}`, the request only if one caused it. The header
//! `acme-signature` proves it: `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256, by the skill's push
//! key, of `SECONDS.BODY`.
//!
//! The network's secret for the device cloud is `{"api_key": "…", "push_key": "…"}`.

mod state;

use crate::{Api, DeviceCloud, Fault, Order, Outcome, PushRefused, User, read_json};
use alexa_patterns::message::{
    Capability, Category, Cause, DeviceMode, DevicePush, DiscoveredDevice, EndpointId, ErrorType,
    Label, Scale, SetPointCount, State, StateChange, Temperature, ThermostatMode, Token,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use net_dsl::HttpRequest;
use net_runtime::{ExposeSecret as _, Failure};
use reqwest::{Method, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use state::DeviceState;
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

async fn keys(api: &Api<'_>) -> Result<Keys, Failure> {
    let secret = api.secret().await?;
    serde_json::from_str(secret.expose_secret()).map_err(|_| {
        Failure::Permanent(r#"Acme's secret is not `{"api_key":"…","push_key":"…"}`"#.into())
    })
}

async fn request(api: &Api<'_>, method: Method, path: &str) -> Result<RequestBuilder, Fault> {
    let keys = keys(api).await?;
    Ok(api.request(method, path).bearer_auth(keys.api_key.expose()))
}

/// A path below an account's devices; ids are escaped, since others choose them.
fn path(account: &str, endpoint: Option<&EndpointId>) -> String {
    let escape = |text: &str| {
        let bytes = text.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        });
        bytes.collect::<String>()
    };
    let device = endpoint.map(|id| format!("/{}", escape(id.as_str()))).unwrap_or_default();
    format!("/accounts/{}/devices{device}", escape(account))
}

/// The body of an answer that says that all went well, or what went wrong.
async fn body(answer: Response) -> Result<Value, Fault> {
    let status = answer.status();
    let body = read_json(answer, LONGEST).await;
    if status.is_success() {
        return Ok(body?);
    }
    let body = body.unwrap_or_default();
    Err(fault(status.as_u16(), &body))
}

fn fault(status: u16, body: &Value) -> Fault {
    let code = body["code"].as_str().unwrap_or_default();
    let celsius = |value: &Value| Temperature::new(value.as_f64()?, Scale::Celsius).ok();
    let number = |name: &str| body[name].as_f64();
    let error = match code {
        "low_battery" => ErrorType::EndpointLowPower { percentage: number("percentage") },
        "out_of_range" => {
            ErrorType::ValueOutOfRange { valid: number("minimum").zip(number("maximum")) }
        }
        "temperature_out_of_range" => ErrorType::TemperatureValueOutOfRange {
            valid: celsius(&body["minimum"]).zip(celsius(&body["maximum"])),
        },
        "too_close" => match celsius(&body["apart"]) {
            Some(minimum) => ErrorType::RequestedSetpointsTooClose { minimum },
            None => return Fault::of_status(status),
        },
        "off" => ErrorType::ThermostatIsOff,
        "busy" => ErrorType::EndpointBusy,
        "broken" => ErrorType::HardwareMalfunction,
        "old_firmware" => ErrorType::FirmwareOutOfDate,
        "wrong_mode" => {
            let mode = DeviceMode::deserialize(&body["mode"]).unwrap_or(DeviceMode::Other);
            ErrorType::NotSupportedInCurrentMode { mode }
        }
        _ => return Fault::of_status(status),
    };
    Fault::new(error, format!("Acme says: {code}"))
}

/// It does not say what was found instead: that may be anything, even a token.
fn malformed(what: &str) -> Fault {
    Fault::new(ErrorType::InternalError, format!("Acme's {what} is not as documented"))
}

impl DeviceCloud for Acme {
    async fn account(&self, token: &Token, api: &Api<'_>) -> Result<String, Fault> {
        let answer = api.get("/me").bearer_auth(token.expose()).send().await?;
        let body = body(answer).await?;
        let account = body["account"].as_str().filter(|account| !account.is_empty());
        account.map(str::to_owned).ok_or_else(|| {
            Fault::new(ErrorType::InvalidAuthorizationCredential, "the token is of no account")
        })
    }

    async fn discover(
        &self,
        user: User<'_>,
        api: &Api<'_>,
    ) -> Result<Vec<DiscoveredDevice>, Fault> {
        let answer = request(api, Method::GET, &path(user.account, None)).await?.send().await?;
        let devices: Vec<Device> = serde_json::from_value(body(answer).await?)
            .map_err(|_| malformed("list of devices"))?;
        Ok(devices.into_iter().filter_map(Device::discovered).collect())
    }

    async fn state(
        &self,
        user: User<'_>,
        endpoint: &EndpointId,
        api: &Api<'_>,
    ) -> Result<State, Fault> {
        let path = path(user.account, Some(endpoint));
        let answer = request(api, Method::GET, &path).await?.send().await?;
        Ok(read_state(body(answer).await?)?.report(api.now()))
    }

    async fn command(
        &self,
        user: User<'_>,
        order: Order<'_>,
        api: &Api<'_>,
    ) -> Result<Outcome, Fault> {
        let path = path(user.account, Some(order.endpoint));
        let wanted = match DeviceState::wanted(order.command) {
            Some(wanted) => wanted,
            None => {
                let answer = request(api, Method::GET, &path).await?.send().await?;
                read_state(body(answer).await?)?.changed_by(order.command)?
            }
        };
        let expected = wanted.properties();
        let request = request(api, Method::PATCH, &path).await?;
        let answer = request.header("idempotency-key", order.id).json(&wanted).send().await?;
        let accepted = answer.status() == 202;
        let body = body(answer).await?;
        if !accepted {
            return Ok(Outcome::Done(read_state(body)?.report(api.now())));
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
        let keys = keys(api).await.map_err(|error| PushRefused::Unavailable(error.into()))?;
        let text = &push.body.0;
        let signature = push.headers.get("acme-signature").map_or("", String::as_str);
        if !is_signed(text, signature, &keys.push_key, api.now()) {
            return Err(PushRefused::NotAuthentic);
        }
        let push: Push =
            serde_json::from_str(text).map_err(|error| PushRefused::Malformed(position(&error)))?;
        Ok(vec![StateChange {
            user: push.account,
            endpoint: push.device,
            request: push.request,
            state: push.state.report(api.now()),
            cause: push.cause.unwrap_or(Cause::PhysicalInteraction),
        }])
    }
}

/// Where a text goes wrong, and not what is there: that may be anything, even a token.
fn position(error: &serde_json::Error) -> String {
    format!("it is not as documented at line {}, column {}", error.line(), error.column())
}

fn read_state(body: Value) -> Result<DeviceState, Fault> {
    serde_json::from_value(body).map_err(|_| malformed("state of a device"))
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

/// What Acme pushes.
#[derive(Deserialize)]
struct Push {
    account: String,
    device: EndpointId,
    request: Option<String>,
    state: DeviceState,
    cause: Option<Cause>,
}

/// A device as Acme lists it.
#[derive(Deserialize)]
struct Device {
    id: String,
    name: String,
    #[serde(default)]
    model: String,
    kind: Kind,
    #[serde(default)]
    features: BTreeSet<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Bulb,
    Thermostat,
    Lock,
    Sensor,
    #[serde(other)]
    Other,
}

impl Device {
    /// The device as Alexa knows it; none if it has an id that Alexa does not take, or can do nothing
    /// that Alexa could have it do.
    fn discovered(self) -> Option<DiscoveredDevice> {
        let endpoint = EndpointId::new(self.id.as_str()).ok()?;
        let has = |feature: &str| self.features.contains(feature);
        let features = [
            ("power", Capability::Power),
            ("brightness", Capability::Brightness),
            ("color", Capability::Color),
            ("kelvin", Capability::ColorTemperature),
            ("lock", Capability::Lock),
            ("temperature", Capability::TemperatureSensor),
        ];
        let mut capabilities: BTreeSet<Capability> = features
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
            capabilities.insert(Capability::Thermostat {
                set_points,
                modes: [Auto, Cool, Eco, Heat, Off].into(),
                scheduling: has("schedule"),
            });
        }
        if capabilities.is_empty() {
            return None;
        }
        let category = match self.kind {
            Kind::Bulb => Category::Light,
            Kind::Thermostat => Category::Thermostat,
            Kind::Lock => Category::Smartlock,
            Kind::Sensor => Category::TemperatureSensor,
            Kind::Other => Category::Other,
        };
        Some(
            DiscoveredDevice::builder()
                .endpoint(endpoint)
                .name(Label::cut(&self.name))
                .manufacturer(Label::cut("Acme"))
                .description(Label::cut(&format!("Acme {}", self.model)))
                .category(category)
                .capabilities(capabilities)
                .build(),
        )
    }
}

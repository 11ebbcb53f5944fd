//! A device of Acme's.

use super::failed;
use crate::server::Answer;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A device of Acme's: what it can do, and its state.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    name: String,
    kind: &'static str,
    features: Vec<&'static str>,
    settings: Value,
    pub(super) state: Map<String, Value>,
    /// What was changed by hand since it was last pushed.
    pub(super) touched: BTreeSet<String>,
    pub(super) jams: bool,
}

/// The lowest and the highest that a thermostat goes to, in degrees Celsius.
const TEMPERATURES: (f64, f64) = (5.0, 35.0);

/// How far the set points of a thermostat are apart at the least, in degrees Celsius.
const APART: f64 = 2.0;

impl Device {
    fn new(kind: &'static str, features: &[&'static str], state: Value) -> Device {
        let state = state.as_object().cloned().unwrap_or_default();
        Device {
            name: format!("Acme {kind}"),
            kind,
            features: features.to_vec(),
            settings: json!([]),
            state,
            touched: BTreeSet::new(),
            jams: false,
        }
    }

    /// A bulb that is off, with brightness, colour and colour temperature.
    pub fn bulb() -> Device {
        Device::new(
            "bulb",
            &["power", "brightness", "color", "kelvin"],
            json!({
                "reachable": true, "on": false, "brightness": 40, "kelvin": 2_700,
                "color": { "hue": 0.0, "saturation": 0.0, "brightness": 1.0 },
            }),
        )
    }

    /// A lock that is locked.
    pub fn lock() -> Device {
        Device::new("lock", &["lock"], json!({ "reachable": true, "lock": "LOCKED" }))
    }

    /// A sensor that measures 21.5 °C.
    pub fn sensor() -> Device {
        let state = json!({ "reachable": true, "temperature": celsius(21.5) });
        Device::new("sensor", &["temperature"], state)
    }

    /// A thermostat with one set point, at 20 °C, that measures 19 °C.
    pub fn thermostat() -> Device {
        Device::new(
            "thermostat",
            &["target", "temperature", "schedule"],
            json!({
                "reachable": true, "mode": "HEAT", "target": celsius(20.0),
                "temperature": celsius(19.0),
            }),
        )
    }

    /// A thermostat with a lower and an upper set point, at 18 and 24 °C.
    pub fn dual_thermostat() -> Device {
        Device::new(
            "thermostat",
            &["range", "temperature"],
            json!({
                "reachable": true, "mode": "AUTO", "lower": celsius(18.0), "upper": celsius(24.0),
                "temperature": celsius(19.0),
            }),
        )
    }

    /// A thermostat with a target and a range, at 18, 20 and 24 °C.
    pub fn triple_thermostat() -> Device {
        Device::new(
            "thermostat",
            &["target", "range", "temperature"],
            json!({
                "reachable": true, "mode": "AUTO", "lower": celsius(18.0), "upper": celsius(24.0),
                "target": celsius(20.0), "temperature": celsius(19.0),
            }),
        )
    }

    /// A blind that is closed: how far it is open, in per cent.
    pub fn blind() -> Device {
        let state = json!({ "reachable": true, "range:lift": 0 });
        Device::new("blind", &[], state).setting(json!({
            "range": "lift", "label": "Alexa.Setting.Opening", "from": 0, "to": 100, "step": 1,
            "unit": "Alexa.Unit.Percent", "open": 100, "closed": 0,
        }))
    }

    /// A fan with a speed from 1 to 10, a programme, and swinging.
    pub fn fan() -> Device {
        let state = json!({
            "reachable": true, "on": true, "range:speed": 3, "mode:programme": "normal",
            "toggle:swing": false,
        });
        Device::new("fan", &["power"], state)
            .setting(json!({
                "range": "speed", "label": "Alexa.Setting.FanSpeed", "from": 1, "to": 10, "step": 1,
            }))
            .setting(json!({
                "mode": "programme", "label": "Programme", "ordered": true,
                "modes": { "breeze": "Breeze", "normal": "Normal", "storm": "Storm" },
            }))
            .setting(json!({ "toggle": "swing", "label": "Alexa.Setting.Oscillate" }))
    }

    /// A door's contact, which is closed.
    pub fn contact() -> Device {
        Device::new("contact", &["contact"], json!({ "reachable": true, "contact": false }))
    }

    /// A sensor that sees nothing move.
    pub fn motion() -> Device {
        Device::new("motion", &["motion"], json!({ "reachable": true, "motion": false }))
    }

    /// A scene that can be ended.
    pub fn scene() -> Device {
        Device::new("scene", &["scene", "scene_ends"], json!({ "reachable": true }))
    }

    /// A speaker at half its volume.
    pub fn speaker() -> Device {
        let state = json!({ "reachable": true, "volume": 50, "muted": false });
        Device::new("speaker", &["volume"], state)
    }

    /// An alarm system that is not armed; its PIN is 1234, and there are 45 seconds to leave.
    pub fn panel() -> Device {
        let state = json!({
            "reachable": true, "arm": "DISARMED", "burglary": false, "fire": false,
        });
        let features = ["arm_away", "arm_stay", "pins", "burglary", "fire"];
        Device::new("panel", &features, state)
    }

    /// A doorbell.
    pub fn doorbell() -> Device {
        Device::new("doorbell", &["ring"], json!({ "reachable": true }))
    }

    fn setting(mut self, setting: Value) -> Device {
        if let Some(settings) = self.settings.as_array_mut() {
            settings.push(setting);
        }
        self
    }

    /// The setting that a part of its state is of.
    fn setting_of(&self, part: &str) -> Option<&Value> {
        let (kind, name) = part.split_once(':')?;
        self.settings.as_array()?.iter().find(|setting| setting[kind] == name)
    }

    /// The same, and it jams when it is locked or unlocked: Acme accepts the request, and it fails.
    #[must_use]
    pub fn jamming(mut self) -> Device {
        self.jams = true;
        self
    }

    /// The same with another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Device {
        self.name = name.to_owned();
        self
    }

    /// The same in another state, as far as it is given.
    #[must_use]
    pub fn with(mut self, state: Value) -> Device {
        self.become_so(&state);
        self
    }

    pub(super) fn listed(&self, id: &str) -> Value {
        json!({
            "id": id, "name": self.name, "model": self.kind, "kind": self.kind,
            "features": self.features, "settings": self.settings,
        })
    }

    pub(super) fn become_so(&mut self, wanted: &Value) {
        for (name, value) in wanted.as_object().into_iter().flatten() {
            if name == "schedule" {
                self.state.insert("target".to_owned(), celsius(17.0));
            } else if name == "mode_step" {
                self.step(value);
            } else if !["scene", "pin", "bypass", "instant"].contains(&name.as_str()) {
                self.state.insert(name.clone(), value.clone());
            }
        }
    }

    /// Goes so many modes further on, or back.
    fn step(&mut self, wanted: &Value) {
        let part = format!("mode:{}", wanted["name"].as_str().unwrap_or_default());
        let Some(modes) = self.setting_of(&part).and_then(|it| it["modes"].as_object()) else {
            return;
        };
        let modes: Vec<String> = modes.keys().cloned().collect();
        let now = self.state.get(&part).and_then(Value::as_str).unwrap_or_default();
        let at = modes.iter().position(|mode| mode == now).unwrap_or_default() as i64;
        let at = (at + wanted["by"].as_i64().unwrap_or_default()).clamp(0, modes.len() as i64 - 1);
        self.state.insert(part, modes[at as usize].as_str().into());
    }

    /// Whether it has what is wanted.
    fn has(&self, name: &str) -> bool {
        match name {
            "mode_step" => self.settings.as_array().is_some_and(|all| {
                all.iter().any(|setting| setting["mode"].is_string() && setting["ordered"] == true)
            }),
            _ if name.contains(':') => self.setting_of(name).is_some(),
            _ => self.features.contains(&feature(name)),
        }
    }

    /// Why a setting does not become what is wanted, if it does not.
    fn refuses_setting(&self, name: &str, value: &Value) -> Result<(), Answer> {
        let Some(setting) = self.setting_of(name) else { return Ok(()) };
        if let Some(number) = value.as_f64() {
            let bound = |name: &str| setting[name].as_f64().unwrap_or_default();
            let (least, most) = (bound("from"), bound("to"));
            if !(least..=most).contains(&number) {
                let body = json!({ "code": "out_of_range", "minimum": least, "maximum": most });
                return Err((422, body));
            }
        }
        if let (Some(modes), Some(mode)) = (setting["modes"].as_object(), value.as_str())
            && !modes.contains_key(mode)
        {
            return Err(failed(422, "no_such_mode"));
        }
        Ok(())
    }

    /// Why an alarm system is not armed or disarmed, if it is not.
    fn refuses_arm(&self, wanted: &Map<String, Value>) -> Result<(), Answer> {
        let Some(arm) = wanted.get("arm").and_then(Value::as_str) else { return Ok(()) };
        let armed = self.state["arm"] != "DISARMED";
        match arm {
            "DISARMED" if wanted.get("pin").is_some_and(|pin| pin == "1234") => Ok(()),
            "DISARMED" => Err(failed(403, "unauthorized")),
            "ARMED_AWAY" | "ARMED_STAY" if self.state["burglary"] == true => {
                Err(failed(409, "alarm_uncleared"))
            }
            "ARMED_STAY" if armed && self.state["arm"] == "ARMED_AWAY" => {
                Err(failed(409, "authorization_required"))
            }
            "ARMED_AWAY" | "ARMED_STAY" => Ok(()),
            _ => Err(failed(422, "no_such_feature")),
        }
    }

    /// What it answers besides its state.
    pub(super) fn beside(&self, wanted: &Value) -> Option<(&'static str, Value)> {
        let arms = wanted["arm"].is_string() && wanted["arm"] != "DISARMED";
        (arms && wanted["instant"] != true).then(|| ("exit_delay", json!(45)))
    }

    /// Why it does not become what is wanted, if it does not.
    pub(super) fn refuses(&self, wanted: &Value) -> Result<(), Answer> {
        let Some(wanted) = wanted.as_object() else { return Err(failed(400, "no_object")) };
        if wanted.keys().any(|name| !self.has(name)) {
            return Err(failed(422, "no_such_feature"));
        }
        if wanted.get("schedule").is_some_and(|schedule| schedule.is_object()) {
            return Err(failed(422, "unwilling"));
        }
        self.refuses_arm(wanted)?;
        for (name, value) in wanted {
            self.refuses_setting(name, value)?;
        }
        let degrees = |name: &str| wanted.get(name).map(in_celsius);
        let set_points = ["target", "lower", "upper"];
        if set_points.iter().any(|name| wanted.contains_key(*name)) && self.state["mode"] == "OFF" {
            return Err(failed(409, "off"));
        }
        let (least, most) = TEMPERATURES;
        for found in set_points.iter().filter_map(|name| degrees(name)) {
            if !(least..=most).contains(&found) {
                let body = json!({
                    "code": "temperature_out_of_range", "minimum": least, "maximum": most,
                });
                return Err((422, body));
            }
        }
        if let (Some(lower), Some(upper)) = (degrees("lower"), degrees("upper"))
            && upper - lower < APART
        {
            return Err((422, json!({ "code": "too_close", "apart": APART })));
        }
        Ok(())
    }
}

/// The feature by which a part of a state can be asked for.
fn feature(name: &str) -> &str {
    match name {
        "on" => "power",
        "muted" => "volume",
        "arm" | "bypass" | "instant" => "arm_away",
        "pin" => "pins",
        "burglary" | "carbon_monoxide" | "fire" | "water" => "nothing that can be asked for",
        "contact" | "motion" => "nothing that can be asked for",
        "lower" | "upper" => "range",
        "mode" => "temperature",
        "reachable" | "temperature" | "at" => "nothing that can be asked for",
        other => other,
    }
}

fn celsius(degrees: f64) -> Value {
    json!({ "value": degrees, "scale": "CELSIUS" })
}

fn in_celsius(temperature: &Value) -> f64 {
    let value = temperature["value"].as_f64().unwrap_or(f64::NAN);
    match temperature["scale"].as_str() {
        Some("FAHRENHEIT") => (value - 32.0) / 1.8,
        Some("KELVIN") => value - 273.15,
        _ => value,
    }
}

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
            "features": self.features,
        })
    }

    pub(super) fn become_so(&mut self, wanted: &Value) {
        for (name, value) in wanted.as_object().into_iter().flatten() {
            if name == "schedule" {
                self.state.insert("target".to_owned(), celsius(17.0));
            } else {
                self.state.insert(name.clone(), value.clone());
            }
        }
    }

    /// Why it does not become what is wanted, if it does not.
    pub(super) fn refuses(&self, wanted: &Value) -> Result<(), Answer> {
        let Some(wanted) = wanted.as_object() else { return Err(failed(400, "no_object")) };
        if wanted.keys().any(|name| !self.features.contains(&feature(name))) {
            return Err(failed(422, "no_such_feature"));
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

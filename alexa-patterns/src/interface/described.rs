//! What discovery says of an interface.

use super::Instance;
use serde_json::{Map, Value, json};

/// The capability of a device of which there is nothing to say but that it has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plain;

/// What discovery says of an interface of a device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    properties: Vec<&'static str>,
    is_measured: bool,
    reports: bool,
    instance: Option<Instance>,
    more: Map<String, Value>,
}

impl Described {
    /// With some properties.
    pub fn with(properties: &[&'static str]) -> Described {
        Described { properties: properties.to_vec(), ..Described::default() }
    }

    /// With more to say, under a name; null leaves it unsaid.
    #[must_use]
    pub fn and(mut self, name: &str, value: Value) -> Described {
        if !value.is_null() {
            self.more.insert(name.to_owned(), value);
        }
        self
    }

    /// As one of several of a device's that are alike.
    #[must_use]
    pub fn instance(self, instance: &Instance) -> Described {
        Described { instance: Some(instance.clone()), ..self }
    }

    /// With properties that are measured, and nobody sets (`nonControllable`).
    #[must_use]
    pub fn measured(self, is_measured: bool) -> Described {
        Described { is_measured, ..self }
    }

    /// With no property, and reports all the same: whether it does, it says itself.
    #[must_use]
    pub fn reporting(self) -> Described {
        Described { reports: true, ..self }
    }

    /// Which of several of a device's that are alike it is.
    pub fn instance_name(&self) -> Option<&Instance> {
        self.instance.as_ref()
    }

    /// As Alexa reads it, in a device that reports changes or does not.
    pub fn json(self, interface: &str, proactively_reported: bool) -> Value {
        let mut json = json!({ "type": "AlexaInterface", "interface": interface, "version": "3" });
        if let Some(instance) = self.instance {
            json["instance"] = json!(instance);
        }
        if !self.properties.is_empty() {
            let supported: Vec<_> =
                self.properties.iter().map(|name| json!({ "name": name })).collect();
            json["properties"] = json!({
                "supported": supported,
                "proactivelyReported": proactively_reported,
                "retrievable": true,
            });
            if self.is_measured {
                json["properties"]["nonControllable"] = true.into();
            }
        }
        if self.reports {
            json["proactivelyReported"] = proactively_reported.into();
        }
        for (name, value) in self.more {
            json[name] = value;
        }
        json
    }
}

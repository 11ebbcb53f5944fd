//! `Alexa.ToggleController`: a setting of a device that is on or off, such as the swinging of a fan. A device may
//! have several.
//!
//! Source: developer.amazon.com, "Alexa.ToggleController Interface".

use super::{
    Described, Instance, Interface, Names, PropertyName, Received, Refusal, Semantics, Written,
    json as value, no_errors, no_replies, of_json, the_instance,
};
use crate::message::Power;
use serde_json::{Value, json};

/// `Alexa.ToggleController`
#[derive(Clone, Copy, Debug)]
pub struct ToggleController;

/// Whether a setting is on, or is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToggleState {
    /// Which setting.
    pub instance: Instance,
    /// Whether it is on.
    pub state: Power,
}

/// A setting that is on or off.
#[derive(Clone, Debug, PartialEq)]
pub struct Toggle {
    instance: Instance,
    names: Names,
    semantics: Semantics<Power, Power>,
    is_measured: bool,
}

impl Toggle {
    /// A setting.
    pub fn new(instance: Instance, names: Names) -> Toggle {
        Toggle { instance, names, semantics: Semantics::new(), is_measured: false }
    }

    /// The same with a meaning of people's words.
    #[must_use]
    pub fn meaning(self, semantics: Semantics<Power, Power>) -> Toggle {
        Toggle { semantics, ..self }
    }

    /// The same, but that nobody sets it.
    #[must_use]
    pub fn measured(self) -> Toggle {
        Toggle { is_measured: true, ..self }
    }

    /// Which setting it is.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }
}

fn written(power: &Power) -> Written {
    let name = match power {
        Power::On => "TurnOn",
        Power::Off => "TurnOff",
    };
    Written::new(name, json!({}))
}

fn read(name: &str) -> Option<Power> {
    match name {
        "TurnOn" => Some(Power::On),
        "TurnOff" => Some(Power::Off),
        _ => None,
    }
}

impl Interface for ToggleController {
    const NAME: &'static str = "Alexa.ToggleController";
    // What is on or off, the manufacturer says: it may be a door.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = ToggleState;
    type Property = ToggleState;
    type Capability = Toggle;

    fn write(toggle: &ToggleState) -> Written {
        Written { instance: Some(toggle.instance.clone()), ..written(&toggle.state) }
    }

    fn read(received: &Received<'_>) -> Result<Option<ToggleState>, Refusal<Self::Error>> {
        let Some(state) = read(received.name) else { return Ok(None) };
        Ok(Some(ToggleState { instance: the_instance(received)?, state }))
    }

    fn expected(toggle: &ToggleState) -> Vec<ToggleState> {
        vec![toggle.clone()]
    }

    fn changes(toggle: &ToggleState) -> Vec<PropertyName> {
        vec![Self::name(toggle)]
    }

    no_replies!();

    fn name(toggle: &ToggleState) -> PropertyName {
        let name = PropertyName::new(Self::NAME, "toggleState");
        PropertyName { instance: Some(toggle.instance.clone()), ..name }
    }

    fn value(toggle: &ToggleState) -> Value {
        value(toggle.state)
    }

    fn property(
        name: &str,
        instance: Option<Instance>,
        value: &Value,
    ) -> Result<Option<ToggleState>, String> {
        if name != "toggleState" {
            return Ok(None);
        }
        let instance = instance.ok_or("a toggle has an instance")?;
        Ok(Some(ToggleState { instance, state: of_json(value)? }))
    }

    fn describe(toggle: &Toggle) -> Described {
        let semantics =
            toggle.semantics.json(written, |power| ("StatesToValue", "value", json!(power)));
        Described::with(&["toggleState"])
            .instance(&toggle.instance)
            .measured(toggle.is_measured)
            .and("capabilityResources", json!(toggle.names))
            .and("semantics", semantics)
    }

    fn capability(described: &Value) -> Result<Toggle, String> {
        let semantics = Semantics::read(
            &described["semantics"],
            |name, _| read(name).ok_or_else(|| format!("an action is no `{name}`")),
            |mapping| of_json(&mapping["value"]),
        )?;
        Ok(Toggle {
            instance: of_json(&described["instance"])?,
            names: of_json(&described["capabilityResources"])?,
            semantics,
            is_measured: described["properties"]["nonControllable"] == true,
        })
    }

    no_errors!();
}

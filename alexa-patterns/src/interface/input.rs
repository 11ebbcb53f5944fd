//! `Alexa.InputController`: where a device takes its sound or its picture from.
//!
//! Source: developer.amazon.com, "Alexa.InputController Interface".

use super::{
    Described, Instance, Interface, PropertyName, Received, Refusal, Written, json as value,
    no_errors, no_replies, of_json,
};
use crate::message::InvalidText;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `Alexa.InputController`
#[derive(Clone, Copy, Debug)]
pub struct InputController;

/// An input, by one of the names that Alexa says, as in `HDMI 1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InputName(String);

impl InputName {
    /// An input.
    ///
    /// # Errors
    /// [`InvalidText`], if it is empty, or longer than 128 characters.
    pub fn new(name: impl Into<String>) -> Result<InputName, InvalidText> {
        let name = name.into();
        if (1..=128).contains(&name.chars().count()) {
            Ok(InputName(name))
        } else {
            Err(InvalidText("an input has a name of 1 to 128 characters"))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for InputName {
    type Error = InvalidText;

    fn try_from(name: String) -> Result<InputName, InvalidText> {
        InputName::new(name)
    }
}

impl From<InputName> for String {
    fn from(name: InputName) -> String {
        name.0
    }
}

/// The inputs of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Which; none leaves it unsaid.
    pub names: Vec<InputName>,
}

impl Interface for InputController {
    const NAME: &'static str = "Alexa.InputController";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = InputName;
    type Property = InputName;
    type Capability = Inputs;

    fn write(input: &InputName) -> Written {
        Written::new("SelectInput", json!({ "input": input }))
    }

    fn read(received: &Received<'_>) -> Result<Option<InputName>, Refusal<Self::Error>> {
        match received.name {
            "SelectInput" => received.field("input").read("an input").map(Some),
            _ => Ok(None),
        }
    }

    fn expected(input: &InputName) -> Vec<InputName> {
        vec![input.clone()]
    }

    fn changes(input: &InputName) -> Vec<PropertyName> {
        vec![Self::name(input)]
    }

    no_replies!();

    fn name(_: &InputName) -> PropertyName {
        PropertyName::new(Self::NAME, "input")
    }

    fn value(input: &InputName) -> Value {
        value(input)
    }

    fn property(
        name: &str,
        _: Option<Instance>,
        value: &Value,
    ) -> Result<Option<InputName>, String> {
        if name == "input" { of_json(value).map(Some) } else { Ok(None) }
    }

    fn describe(inputs: &Inputs) -> Described {
        let names: Vec<Value> = inputs.names.iter().map(|name| json!({ "name": name })).collect();
        let names = if names.is_empty() { Value::Null } else { names.into() };
        Described::with(&["input"]).and("inputs", names)
    }

    fn capability(described: &Value) -> Result<Inputs, String> {
        let inputs = described["inputs"].as_array().into_iter().flatten();
        let names: Result<_, _> = inputs.map(|input| of_json(&input["name"])).collect();
        Ok(Inputs { names: names? })
    }

    no_errors!();
}

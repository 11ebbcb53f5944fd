//! `Alexa.EndpointHealth`: whether a device can be reached. Every device has it.
//!
//! Source: developer.amazon.com, "Alexa.EndpointHealth Interface".

use super::{
    Instance, Interface, PropertyName, no_directives, no_errors, of_json, plain_capability,
};
use crate::message::words;
use serde_json::{Value, json};

/// `Alexa.EndpointHealth`
#[derive(Clone, Copy, Debug)]
pub struct EndpointHealth;

words! {
    /// Whether a device can be reached.
    Connectivity {
        /// It can.
        Ok,
        /// It cannot.
        Unreachable,
    }
}

impl Interface for EndpointHealth {
    const NAME: &'static str = "Alexa.EndpointHealth";
    const IS_RELIED_ON: bool = false;
    type Property = Connectivity;

    fn name(_: &Connectivity) -> PropertyName {
        PropertyName::new(Self::NAME, "connectivity")
    }

    fn value(connectivity: &Connectivity) -> Value {
        json!({ "value": connectivity })
    }

    fn property(
        name: &str,
        _: Option<Instance>,
        value: &Value,
    ) -> Result<Option<Connectivity>, String> {
        if name == "connectivity" { of_json(&value["value"]).map(Some) } else { Ok(None) }
    }

    no_directives!();
    plain_capability!("connectivity");
    no_errors!();
}

//! `Alexa.PowerController`: a device is on or off.
//!
//! Source: developer.amazon.com, "Alexa.PowerController Interface".

use super::{
    Interface, PropertyName, Received, Refusal, Written, no_errors, no_replies, one_property,
    plain_capability,
};
use crate::message::words;
use serde_json::json;

/// `Alexa.PowerController`
#[derive(Clone, Copy, Debug)]
pub struct PowerController;

words! {
    /// Whether a device is on, or is to be.
    Power {
        /// It is on.
        On,
        /// It is off.
        Off,
    }
}

impl Interface for PowerController {
    const NAME: &'static str = "Alexa.PowerController";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = Power;

    fn write(power: &Power) -> Written {
        let name = match power {
            Power::On => "TurnOn",
            Power::Off => "TurnOff",
        };
        Written::new(name, json!({}))
    }

    fn read(written: &Received<'_>) -> Result<Option<Power>, Refusal<Self::Error>> {
        Ok(match written.name {
            "TurnOn" => Some(Power::On),
            "TurnOff" => Some(Power::Off),
            _ => None,
        })
    }

    fn expected(power: &Power) -> Vec<Power> {
        vec![*power]
    }

    fn changes(power: &Power) -> Vec<PropertyName> {
        vec![Self::name(power)]
    }

    one_property!(Power, "powerState");
    plain_capability!("powerState");
    no_replies!();
    no_errors!();
}

//! `Alexa.ColorTemperatureController`: how warm a white light is.
//!
//! Source: developer.amazon.com, "Alexa.ColorTemperatureController Interface".

use super::{
    Interface, PropertyName, Received, Refusal, Written, no_errors, no_replies, one_property,
    plain_capability,
};
use crate::message::Kelvin;
use serde_json::json;

/// `Alexa.ColorTemperatureController`
#[derive(Clone, Copy, Debug)]
pub struct ColorTemperatureController;

/// How warm a white light is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorTemperatureCommand {
    /// So warm.
    Set(Kelvin),
    /// Colder, that is more kelvin.
    Increase,
    /// Warmer, that is fewer kelvin.
    Decrease,
}

impl Interface for ColorTemperatureController {
    const NAME: &'static str = "Alexa.ColorTemperatureController";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = ColorTemperatureCommand;

    fn write(command: &ColorTemperatureCommand) -> Written {
        match command {
            ColorTemperatureCommand::Set(kelvin) => {
                Written::new("SetColorTemperature", json!({ "colorTemperatureInKelvin": kelvin }))
            }
            ColorTemperatureCommand::Increase => {
                Written::new("IncreaseColorTemperature", json!({}))
            }
            ColorTemperatureCommand::Decrease => {
                Written::new("DecreaseColorTemperature", json!({}))
            }
        }
    }

    fn read(
        written: &Received<'_>,
    ) -> Result<Option<ColorTemperatureCommand>, Refusal<Self::Error>> {
        Ok(Some(match written.name {
            "SetColorTemperature" => ColorTemperatureCommand::Set(
                written.field("colorTemperatureInKelvin").whole(Kelvin::new)?,
            ),
            "IncreaseColorTemperature" => ColorTemperatureCommand::Increase,
            "DecreaseColorTemperature" => ColorTemperatureCommand::Decrease,
            _ => return Ok(None),
        }))
    }

    fn expected(command: &ColorTemperatureCommand) -> Vec<Kelvin> {
        match command {
            ColorTemperatureCommand::Set(kelvin) => vec![*kelvin],
            ColorTemperatureCommand::Increase | ColorTemperatureCommand::Decrease => Vec::new(),
        }
    }

    fn changes(_: &ColorTemperatureCommand) -> Vec<PropertyName> {
        vec![PropertyName::new(Self::NAME, "colorTemperatureInKelvin")]
    }

    fn is_met_by(asked: &Kelvin, found: &Kelvin) -> bool {
        let asked = f64::from(asked.get());
        (asked - f64::from(found.get())).abs() <= asked * 0.02
    }

    one_property!(Kelvin, "colorTemperatureInKelvin");
    plain_capability!("colorTemperatureInKelvin");
    no_replies!();
    no_errors!();
}

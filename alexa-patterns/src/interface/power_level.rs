//! `Alexa.PowerLevelController`: how strong a device works, in per cent.
//!
//! Source: developer.amazon.com, "Alexa.PowerLevelController Interface".

use super::{
    Interface, PropertyName, Received, Refusal, Written, no_errors, no_replies, one_property,
    plain_capability,
};
use crate::message::{Percent, PercentDelta};
use serde_json::json;

/// `Alexa.PowerLevelController`
#[derive(Clone, Copy, Debug)]
pub struct PowerLevelController;

/// How strong a device is to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerLevelCommand {
    /// This.
    Set(Percent),
    /// More by so much, or less.
    Adjust(PercentDelta),
}

impl Interface for PowerLevelController {
    const NAME: &'static str = "Alexa.PowerLevelController";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = PowerLevelCommand;

    fn write(command: &PowerLevelCommand) -> Written {
        match command {
            PowerLevelCommand::Set(to) => {
                Written::new("SetPowerLevel", json!({ "powerLevel": to }))
            }
            PowerLevelCommand::Adjust(by) => {
                Written::new("AdjustPowerLevel", json!({ "powerLevelDelta": by }))
            }
        }
    }

    fn read(received: &Received<'_>) -> Result<Option<PowerLevelCommand>, Refusal<Self::Error>> {
        Ok(Some(match received.name {
            "SetPowerLevel" => {
                PowerLevelCommand::Set(received.field("powerLevel").whole(Percent::new)?)
            }
            "AdjustPowerLevel" => PowerLevelCommand::Adjust(
                received.field("powerLevelDelta").whole(PercentDelta::new)?,
            ),
            _ => return Ok(None),
        }))
    }

    fn expected(command: &PowerLevelCommand) -> Vec<Percent> {
        match command {
            PowerLevelCommand::Set(to) => vec![*to],
            PowerLevelCommand::Adjust(_) => Vec::new(),
        }
    }

    fn changes(_: &PowerLevelCommand) -> Vec<PropertyName> {
        vec![PropertyName::new(Self::NAME, "powerLevel")]
    }

    one_property!(Percent, "powerLevel");
    plain_capability!("powerLevel");
    no_replies!();
    no_errors!();
}

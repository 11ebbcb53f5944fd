//! `Alexa.BrightnessController`: how bright a light is.
//!
//! Source: developer.amazon.com, "Alexa.BrightnessController Interface".

use super::{
    Interface, PropertyName, Received, Refusal, Written, no_errors, no_replies, one_property,
    plain_capability,
};
use crate::message::{Percent, PercentDelta};
use serde_json::json;

/// `Alexa.BrightnessController`
#[derive(Clone, Copy, Debug)]
pub struct BrightnessController;

/// How bright a light is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrightnessCommand {
    /// So bright.
    Set(Percent),
    /// So much brighter, or darker.
    Adjust(PercentDelta),
}

impl Interface for BrightnessController {
    const NAME: &'static str = "Alexa.BrightnessController";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = BrightnessCommand;

    fn write(command: &BrightnessCommand) -> Written {
        match command {
            BrightnessCommand::Set(to) => {
                Written::new("SetBrightness", json!({ "brightness": to }))
            }
            BrightnessCommand::Adjust(by) => {
                Written::new("AdjustBrightness", json!({ "brightnessDelta": by }))
            }
        }
    }

    fn read(written: &Received<'_>) -> Result<Option<BrightnessCommand>, Refusal<Self::Error>> {
        Ok(Some(match written.name {
            "SetBrightness" => {
                BrightnessCommand::Set(written.field("brightness").whole(Percent::new)?)
            }
            "AdjustBrightness" => BrightnessCommand::Adjust(
                written.field("brightnessDelta").whole(PercentDelta::new)?,
            ),
            _ => return Ok(None),
        }))
    }

    fn expected(command: &BrightnessCommand) -> Vec<Percent> {
        match command {
            BrightnessCommand::Set(to) => vec![*to],
            BrightnessCommand::Adjust(_) => Vec::new(),
        }
    }

    fn changes(_: &BrightnessCommand) -> Vec<PropertyName> {
        vec![PropertyName::new(Self::NAME, "brightness")]
    }

    one_property!(Percent, "brightness");
    plain_capability!("brightness");
    no_replies!();
    no_errors!();
}

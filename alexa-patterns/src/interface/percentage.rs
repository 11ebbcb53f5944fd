//! `Alexa.PercentageController`: a setting of a device in per cent, where no better interface is.
//!
//! Source: developer.amazon.com, "Alexa.PercentageController Interface".

use super::{
    Interface, PropertyName, Received, Refusal, Written, no_errors, no_replies, one_property,
    plain_capability,
};
use crate::message::{Percent, PercentDelta};
use serde_json::json;

/// `Alexa.PercentageController`
#[derive(Clone, Copy, Debug)]
pub struct PercentageController;

/// What a setting is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PercentageCommand {
    /// This.
    Set(Percent),
    /// More by so much, or less.
    Adjust(PercentDelta),
}

impl Interface for PercentageController {
    const NAME: &'static str = "Alexa.PercentageController";
    // What it is of, the manufacturer says: it may be how far a door is open.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = PercentageCommand;

    fn write(command: &PercentageCommand) -> Written {
        match command {
            PercentageCommand::Set(to) => {
                Written::new("SetPercentage", json!({ "percentage": to }))
            }
            PercentageCommand::Adjust(by) => {
                Written::new("AdjustPercentage", json!({ "percentageDelta": by }))
            }
        }
    }

    fn read(received: &Received<'_>) -> Result<Option<PercentageCommand>, Refusal<Self::Error>> {
        Ok(Some(match received.name {
            "SetPercentage" => {
                PercentageCommand::Set(received.field("percentage").whole(Percent::new)?)
            }
            "AdjustPercentage" => PercentageCommand::Adjust(
                received.field("percentageDelta").whole(PercentDelta::new)?,
            ),
            _ => return Ok(None),
        }))
    }

    fn expected(command: &PercentageCommand) -> Vec<Percent> {
        match command {
            PercentageCommand::Set(to) => vec![*to],
            PercentageCommand::Adjust(_) => Vec::new(),
        }
    }

    fn changes(_: &PercentageCommand) -> Vec<PropertyName> {
        vec![PropertyName::new(Self::NAME, "percentage")]
    }

    one_property!(Percent, "percentage");
    plain_capability!("percentage");
    no_replies!();
    no_errors!();
}

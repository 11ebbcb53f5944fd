//! `Alexa.StepSpeaker`: a device gets louder or less loud, and cannot say how loud it is.
//!
//! Source: developer.amazon.com, "Alexa.StepSpeaker Interface".

use super::{
    Interface, Never, PropertyName, Received, Refusal, Written, no_errors, no_properties,
    no_replies, plain_capability,
};
use crate::message::PercentDelta;
use serde_json::json;

/// `Alexa.StepSpeaker`
#[derive(Clone, Copy, Debug)]
pub struct StepSpeaker;

/// How loud a device is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepSpeakerCommand {
    /// So many steps louder, or less loud.
    AdjustVolume {
        /// How many.
        steps: PercentDelta,
        /// Whether nobody has said how many: then the device may know better.
        is_default: bool,
    },
    /// Silent, or no longer.
    SetMute(bool),
}

impl Interface for StepSpeaker {
    const NAME: &'static str = "Alexa.StepSpeaker";
    // It has no property to be promised.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = StepSpeakerCommand;

    fn write(command: &StepSpeakerCommand) -> Written {
        match command {
            StepSpeakerCommand::AdjustVolume { steps, is_default } => Written::new(
                "AdjustVolume",
                json!({ "volumeSteps": steps, "volumeStepsDefault": is_default }),
            ),
            StepSpeakerCommand::SetMute(mute) => Written::new("SetMute", json!({ "mute": mute })),
        }
    }

    fn read(received: &Received<'_>) -> Result<Option<StepSpeakerCommand>, Refusal<Self::Error>> {
        Ok(Some(match received.name {
            "AdjustVolume" => StepSpeakerCommand::AdjustVolume {
                steps: received.field("volumeSteps").whole(PercentDelta::new)?,
                is_default: received.field("volumeStepsDefault").flag()?,
            },
            "SetMute" => StepSpeakerCommand::SetMute(received.field("mute").read("true or false")?),
            _ => return Ok(None),
        }))
    }

    fn expected(_: &StepSpeakerCommand) -> Vec<Never> {
        Vec::new()
    }

    fn changes(_: &StepSpeakerCommand) -> Vec<PropertyName> {
        Vec::new()
    }

    no_replies!();
    no_properties!();
    plain_capability!();
    no_errors!();
}

//! `Alexa.Speaker`: how loud a device is, where it can say so.
//!
//! Source: developer.amazon.com, "Alexa.Speaker Interface".

use super::{
    Instance, Interface, PropertyName, Received, Refusal, Written, json as value, no_errors,
    no_replies, of_json, plain_capability,
};
use crate::message::{Percent, PercentDelta};
use serde_json::{Value, json};

/// `Alexa.Speaker`
#[derive(Clone, Copy, Debug)]
pub struct Speaker;

/// How loud a device is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeakerCommand {
    /// So loud.
    SetVolume(Percent),
    /// Louder by so much, or less loud.
    AdjustVolume {
        /// By how much.
        by: PercentDelta,
        /// Whether nobody has said by how much: then the device may know better.
        is_default: bool,
    },
    /// Silent, or no longer.
    SetMute(bool),
}

/// How loud a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeakerProperty {
    /// So loud.
    Volume(Percent),
    /// Silent, or not.
    Muted(bool),
}

impl Interface for Speaker {
    const NAME: &'static str = "Alexa.Speaker";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = SpeakerCommand;
    type Property = SpeakerProperty;

    fn write(command: &SpeakerCommand) -> Written {
        match command {
            SpeakerCommand::SetVolume(to) => Written::new("SetVolume", json!({ "volume": to })),
            SpeakerCommand::AdjustVolume { by, is_default } => {
                Written::new("AdjustVolume", json!({ "volume": by, "volumeDefault": is_default }))
            }
            SpeakerCommand::SetMute(mute) => Written::new("SetMute", json!({ "mute": mute })),
        }
    }

    fn read(received: &Received<'_>) -> Result<Option<SpeakerCommand>, Refusal<Self::Error>> {
        Ok(Some(match received.name {
            "SetVolume" => SpeakerCommand::SetVolume(received.field("volume").whole(Percent::new)?),
            "AdjustVolume" => SpeakerCommand::AdjustVolume {
                by: received.field("volume").whole(PercentDelta::new)?,
                is_default: received.field("volumeDefault").flag()?,
            },
            "SetMute" => SpeakerCommand::SetMute(received.field("mute").read("true or false")?),
            _ => return Ok(None),
        }))
    }

    fn expected(command: &SpeakerCommand) -> Vec<SpeakerProperty> {
        match command {
            SpeakerCommand::SetVolume(to) => vec![SpeakerProperty::Volume(*to)],
            SpeakerCommand::SetMute(mute) => vec![SpeakerProperty::Muted(*mute)],
            SpeakerCommand::AdjustVolume { .. } => Vec::new(),
        }
    }

    fn changes(command: &SpeakerCommand) -> Vec<PropertyName> {
        let name = match command {
            SpeakerCommand::SetVolume(_) | SpeakerCommand::AdjustVolume { .. } => "volume",
            SpeakerCommand::SetMute(_) => "muted",
        };
        vec![PropertyName::new(Self::NAME, name)]
    }

    no_replies!();

    fn name(property: &SpeakerProperty) -> PropertyName {
        let name = match property {
            SpeakerProperty::Volume(_) => "volume",
            SpeakerProperty::Muted(_) => "muted",
        };
        PropertyName::new(Self::NAME, name)
    }

    fn value(property: &SpeakerProperty) -> Value {
        match property {
            SpeakerProperty::Volume(volume) => value(volume),
            SpeakerProperty::Muted(muted) => value(muted),
        }
    }

    fn property(
        name: &str,
        _: Option<Instance>,
        value: &Value,
    ) -> Result<Option<SpeakerProperty>, String> {
        Ok(Some(match name {
            "volume" => SpeakerProperty::Volume(of_json(value)?),
            "muted" => SpeakerProperty::Muted(of_json(value)?),
            _ => return Ok(None),
        }))
    }

    plain_capability!("volume", "muted");
    no_errors!();
}

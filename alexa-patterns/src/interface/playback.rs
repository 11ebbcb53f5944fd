//! `Alexa.PlaybackController`: a device plays, pauses, goes on.
//!
//! Source: developer.amazon.com, "Alexa.PlaybackController Interface".

use super::{
    Described, Interface, Never, PropertyName, Received, Refusal, Written, no_errors,
    no_properties, no_replies, of_json,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `Alexa.PlaybackController`
#[derive(Clone, Copy, Debug)]
pub struct PlaybackController;

/// What a player is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PlaybackCommand {
    FastForward,
    Next,
    Pause,
    Play,
    Previous,
    Rewind,
    StartOver,
    Stop,
}

/// A player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playback {
    /// What it can do.
    pub operations: BTreeSet<PlaybackCommand>,
}

impl Interface for PlaybackController {
    const NAME: &'static str = "Alexa.PlaybackController";
    // It has no property to be promised.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = PlaybackCommand;
    type Capability = Playback;

    fn write(command: &PlaybackCommand) -> Written {
        let name = match command {
            PlaybackCommand::FastForward => "FastForward",
            PlaybackCommand::Next => "Next",
            PlaybackCommand::Pause => "Pause",
            PlaybackCommand::Play => "Play",
            PlaybackCommand::Previous => "Previous",
            PlaybackCommand::Rewind => "Rewind",
            PlaybackCommand::StartOver => "StartOver",
            PlaybackCommand::Stop => "Stop",
        };
        Written::new(name, json!({}))
    }

    fn read(received: &Received<'_>) -> Result<Option<PlaybackCommand>, Refusal<Self::Error>> {
        Ok(of_json(&json!(received.name)).ok())
    }

    fn expected(_: &PlaybackCommand) -> Vec<Never> {
        Vec::new()
    }

    fn changes(_: &PlaybackCommand) -> Vec<PropertyName> {
        Vec::new()
    }

    no_replies!();
    no_properties!();

    fn describe(playback: &Playback) -> Described {
        Described::default().and("supportedOperations", json!(playback.operations))
    }

    fn capability(described: &Value) -> Result<Playback, String> {
        let operations: Option<_> = of_json(&described["supportedOperations"])?;
        Ok(Playback { operations: operations.unwrap_or_default() })
    }

    no_errors!();
}

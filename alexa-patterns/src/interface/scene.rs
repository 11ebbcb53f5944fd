//! `Alexa.SceneController`: several devices are set as somebody likes it.
//!
//! A scene has no state. It answers that it has started, and not that it is done.
//!
//! Source: developer.amazon.com, "Alexa.SceneController Interface".

use super::{
    Described, Interface, Never, PropertyName, Received, Refusal, Written, no_errors,
    no_properties, of_json,
};
use crate::message::{Cause, Timestamp};
use serde_json::{Value, json};

/// `Alexa.SceneController`
#[derive(Clone, Copy, Debug)]
pub struct SceneController;

/// What is to become of a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SceneCommand {
    /// It is to be so.
    Activate,
    /// It is to be so no longer.
    Deactivate,
}

/// A scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// Whether it can be ended.
    pub ends: bool,
}

/// What a scene answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SceneStarted {
    /// What has started.
    pub what: SceneCommand,
    /// Why.
    pub cause: Cause,
    /// When.
    pub time: Timestamp,
}

impl Interface for SceneController {
    const NAME: &'static str = "Alexa.SceneController";
    // It has no property to be promised.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = SceneCommand;
    type Capability = Scene;
    type Reply = SceneStarted;

    fn write(command: &SceneCommand) -> Written {
        let name = match command {
            SceneCommand::Activate => "Activate",
            SceneCommand::Deactivate => "Deactivate",
        };
        Written::new(name, json!({}))
    }

    fn read(received: &Received<'_>) -> Result<Option<SceneCommand>, Refusal<Self::Error>> {
        Ok(match received.name {
            "Activate" => Some(SceneCommand::Activate),
            "Deactivate" => Some(SceneCommand::Deactivate),
            _ => None,
        })
    }

    fn expected(_: &SceneCommand) -> Vec<Never> {
        Vec::new()
    }

    fn changes(_: &SceneCommand) -> Vec<PropertyName> {
        Vec::new()
    }

    fn reply(command: &SceneCommand, now: Timestamp) -> Option<SceneStarted> {
        Some(SceneStarted { what: *command, cause: Cause::VoiceInteraction, time: now })
    }

    fn needs_reply(_: &SceneCommand) -> bool {
        true
    }

    fn write_reply(started: &SceneStarted) -> (&'static str, Value) {
        let name = match started.what {
            SceneCommand::Activate => "ActivationStarted",
            SceneCommand::Deactivate => "DeactivationStarted",
        };
        (name, json!({ "cause": { "type": started.cause }, "timestamp": started.time }))
    }

    fn read_reply(name: &str, payload: &Value) -> Result<Option<SceneStarted>, String> {
        let what = match name {
            "ActivationStarted" => SceneCommand::Activate,
            "DeactivationStarted" => SceneCommand::Deactivate,
            _ => return Ok(None),
        };
        Ok(Some(SceneStarted {
            what,
            cause: of_json(&payload["cause"]["type"])?,
            time: of_json(&payload["timestamp"])?,
        }))
    }

    no_properties!();

    fn describe(scene: &Scene) -> Described {
        Described::default().reporting().and("supportsDeactivation", scene.ends.into())
    }

    fn capability(described: &Value) -> Result<Scene, String> {
        Ok(Scene { ends: described["supportsDeactivation"] == true })
    }

    no_errors!();
}

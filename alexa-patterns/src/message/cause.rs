//! Why something is as it is.

use serde::{Deserialize, Serialize};

/// Why a device is in a new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Cause {
    /// Somebody used an app.
    AppInteraction,
    /// Somebody touched the device.
    PhysicalInteraction,
    /// It was looked at, and nobody knows since when.
    PeriodicPoll,
    /// A rule of the device or of its maker.
    RuleTrigger,
    /// Somebody asked Alexa, and the answer came late.
    VoiceInteraction,
}

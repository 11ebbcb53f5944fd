//! What may be told of a device before it has done it.

use super::{Command, Property, Sample, State, Timestamp};
use serde::{Deserialize, Serialize};

/// The properties that a device is expected to have, and may be said to have before it does.
///
/// There is none of a lock: who hears that the door is locked goes to bed. So an answer that is made of a
/// promise cannot be about anything that must not be believed early.
///
/// ```
/// use alexa_patterns::message::{Command, LockState, Power, Promise, Property};
///
/// let promise = Promise::of(&Command::TurnOn, Command::TurnOn.expected());
/// assert_eq!(promise.expect("a light").properties(), [Property::Power(Power::On)]);
///
/// assert_eq!(Promise::of(&Command::Lock, Command::Lock.expected()), None);
/// // Not even as a part of something else.
/// let both = vec![Property::Power(Power::On), Property::Lock(LockState::Locked)];
/// assert_eq!(Promise::of(&Command::TurnOn, both), None);
/// // And none of what cannot be known.
/// assert_eq!(Promise::of(&Command::ResumeSchedule, Vec::new()), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Promise(Vec<Property>);

impl Promise {
    /// The promise that a command will have done what is expected; none if that is nothing, or something that
    /// must not be believed early.
    pub fn of(command: &Command, expected: Vec<Property>) -> Option<Promise> {
        let may_be_told = !expected.is_empty()
            && is_harmless(command)
            && expected.iter().all(Property::may_be_promised);
        may_be_told.then_some(Promise(expected))
    }

    /// What is promised.
    pub fn properties(&self) -> &[Property] {
        &self.0
    }

    /// The state that is told: of now, and uncertain for so many milliseconds.
    pub fn state(&self, now: Timestamp, uncertainty: u32) -> State {
        let mut state = State::new();
        for &property in &self.0 {
            state.insert(Sample { property, time: now, uncertainty });
        }
        state
    }
}

/// Whether nobody is worse off for believing too early that a command was carried out. A new command has to be
/// put on one of the two sides.
fn is_harmless(command: &Command) -> bool {
    match command {
        Command::TurnOn
        | Command::TurnOff
        | Command::SetBrightness(_)
        | Command::AdjustBrightness(_)
        | Command::SetColor(_)
        | Command::SetColorTemperature(_)
        | Command::IncreaseColorTemperature
        | Command::DecreaseColorTemperature
        | Command::SetTargetTemperature(_)
        | Command::AdjustTargetTemperature(_)
        | Command::SetThermostatMode(_)
        | Command::ResumeSchedule => true,
        Command::Lock | Command::Unlock => false,
    }
}

impl Property {
    /// Whether it may be told before it is so. What people rely on for their safety may not, nor what is
    /// measured: nobody can promise it.
    pub fn may_be_promised(&self) -> bool {
        match self {
            Property::Power(_)
            | Property::Brightness(_)
            | Property::Color(_)
            | Property::ColorTemperature(_)
            | Property::TargetSetpoint(_)
            | Property::LowerSetpoint(_)
            | Property::UpperSetpoint(_)
            | Property::ThermostatMode(_) => true,
            Property::Lock(_) | Property::Temperature(_) | Property::Connectivity(_) => false,
        }
    }
}

/// A promise that was made, to be looked after when its time is up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPromise {
    /// The [`Pending::device`](super::Pending::device).
    pub device: String,
    /// The [`Pending::message`](super::Pending::message).
    pub message: String,
}

//! What may be told of a device before it has done it.

use super::{Command, Property, Sample, State, Timestamp};
use serde::{Deserialize, Serialize};

/// The properties that a device is expected to have, and may be said to have before it does.
///
/// There is none of a lock: who hears that the door is locked goes to bed. So an answer that is made of a
/// promise cannot be about anything that must not be believed early.
///
/// ```
/// use alexa_patterns::message::{
///     Command, LockCommand, LockState, Power, Promise, Property, ThermostatCommand,
/// };
///
/// let promise = Promise::of(&Command::Power(Power::On), Command::Power(Power::On).expected());
/// assert_eq!(promise.expect("a light").properties(), [Property::Power(Power::On)]);
///
/// let lock = Command::Lock(LockCommand::Lock);
/// assert_eq!(Promise::of(&lock, lock.expected()), None);
/// // Not even as a part of something else.
/// let both = vec![Property::Power(Power::On), Property::Lock(LockState::Locked)];
/// assert_eq!(Promise::of(&Command::Power(Power::On), both), None);
/// // And none of what cannot be known.
/// let resume = Command::Thermostat(ThermostatCommand::ResumeSchedule);
/// assert_eq!(Promise::of(&resume, Vec::new()), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Promise(Vec<Property>);

impl Promise {
    /// The promise that a command will have done what is expected; none if that is nothing, or something that
    /// must not be believed early.
    pub fn of(command: &Command, expected: Vec<Property>) -> Option<Promise> {
        let may_be_told = !expected.is_empty()
            && command.may_be_promised()
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
        for property in &self.0 {
            state.insert(Sample { property: property.clone(), time: now, uncertainty });
        }
        state
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

//! `Alexa.LockController`: a door is locked or not.
//!
//! Source: developer.amazon.com, "Alexa.LockController Interface". Alexa waits longer for a lock than for a
//! light: 20 seconds, as operators say, where the documentation names no number.

use super::{
    Interface, PropertyName, Received, Refusal, Written, no_errors, no_replies, one_property,
    plain_capability,
};
use crate::message::words;
use serde_json::json;

/// `Alexa.LockController`
#[derive(Clone, Copy, Debug)]
pub struct LockController;

/// What a lock is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockCommand {
    /// It is to lock.
    Lock,
    /// It is to unlock.
    Unlock,
}

words! {
    /// Whether a lock is locked.
    LockState {
        /// It is locked.
        Locked,
        /// It is not locked.
        Unlocked,
        /// It is stuck in between.
        Jammed,
    }
}

impl Interface for LockController {
    const NAME: &'static str = "Alexa.LockController";
    // Who hears that the door is locked goes to bed.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = true;
    const IS_SLOW: bool = true;
    type Directive = LockCommand;

    fn write(command: &LockCommand) -> Written {
        let name = match command {
            LockCommand::Lock => "Lock",
            LockCommand::Unlock => "Unlock",
        };
        Written::new(name, json!({}))
    }

    fn read(written: &Received<'_>) -> Result<Option<LockCommand>, Refusal<Self::Error>> {
        Ok(match written.name {
            "Lock" => Some(LockCommand::Lock),
            "Unlock" => Some(LockCommand::Unlock),
            _ => None,
        })
    }

    fn expected(command: &LockCommand) -> Vec<LockState> {
        match command {
            LockCommand::Lock => vec![LockState::Locked],
            LockCommand::Unlock => vec![LockState::Unlocked],
        }
    }

    fn changes(_: &LockCommand) -> Vec<PropertyName> {
        vec![PropertyName::new(Self::NAME, "lockState")]
    }

    fn is_broken(found: &LockState) -> bool {
        *found == LockState::Jammed
    }

    one_property!(LockState, "lockState");
    plain_capability!("lockState");
    no_replies!();
    no_errors!();
}

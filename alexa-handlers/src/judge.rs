//! Whether a device has done what it was asked.

use crate::{Fault, answer::Ending};
use alexa_patterns::message::{ErrorType, Property, State};

/// How a command ended that an API says is done, and what state it tells.
///
/// The answer is what the device says: what is otherwise than it was asked to be is told as it is. What people
/// rely on, as a lock, is an exception; and a device that cannot be reached has done nothing.
pub(crate) fn done(asked: &[Property], state: State) -> Ending {
    if let Some(fault) = broken(asked, &state) {
        return Ending::Failed(fault);
    }
    if state.is_unreachable() {
        let why = "the device cannot be reached";
        return Ending::Failed(Fault::new(ErrorType::EndpointUnreachable, why));
    }
    if asked.iter().any(|asked| asked.is_relied_on() && differs(asked, &state)) {
        let why = "the device is not as it was asked to be";
        return Ending::Failed(Fault::new(ErrorType::HardwareMalfunction, why));
    }
    Ending::Done(state, None)
}

/// How a command ended that an API has accepted, and whose device is in a state now.
///
/// Nobody says that it is done, so a word that differs is a failure. A number that differs is not: devices
/// round, and have limits of their own.
pub(crate) fn ended(asked: &[Property], state: State) -> Ending {
    match done(asked, state) {
        Ending::Done(state, _) if asked.iter().any(|it| it.is_word() && differs(it, &state)) => {
            let why = "the device is not as it was asked to be";
            Ending::Failed(Fault::new(ErrorType::InternalError, why))
        }
        ending => ending,
    }
}

fn differs(asked: &Property, state: &State) -> bool {
    state.get(&asked.name()).is_some_and(|found| found != asked)
}

/// Why a device will not do what it was asked, if its state says so for good: a jammed lock "can't
/// transition to locked or unlocked" (Alexa.LockController).
pub(crate) fn broken(asked: &[Property], state: &State) -> Option<Fault> {
    let is_broken = |asked: &Property| state.get(&asked.name()).is_some_and(Property::is_broken);
    let broken = asked.iter().any(is_broken);
    broken.then(|| Fault::new(ErrorType::HardwareMalfunction, "the device is jammed"))
}

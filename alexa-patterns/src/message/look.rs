//! Looking at a device while somebody waits for it.

use super::Pending;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// That somebody is to look whether a device has done what it was asked: a message that is sent again, with a
/// delay, until it has, or until it has been looked often enough.
///
/// ```
/// use alexa_patterns::message::Look;
///
/// let first = Look { device: "ann lamp".to_owned(), message: "m-1".to_owned(), turn: 1 };
/// let mut looks = vec![first.pause()];
/// let mut next = first.next();
/// while let Some(look) = next {
///     looks.push(look.pause());
///     next = look.next();
/// }
/// assert_eq!(looks.len(), 13);
/// assert_eq!(looks.iter().take(5).map(|pause| pause.as_secs()).sum::<u64>(), 5);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The [`Pending::device`].
    pub device: String,
    /// The [`Pending::message`].
    pub message: String,
    /// The how manyth look it is, from 1.
    pub turn: u32,
}

/// The pauses before the looks, in seconds: every second while a light may still be answered in time, then
/// less and less often until a lock may be, then for four minutes, for what is only to be reported.
const PAUSES: [u64; 13] = [1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 30, 60, 120];

impl Look {
    /// How often a request is looked after, at the most. Lambda stops loops after about 16 turns.
    pub const MOST: u64 = PAUSES.len() as u64;

    /// The first look after a request.
    pub fn first(pending: &Pending) -> Look {
        Look { device: pending.device.clone(), message: pending.message.clone(), turn: 1 }
    }

    /// How long it is held back, if nothing better is known ([`Habit`](super::Habit)).
    pub fn pause(&self) -> Duration {
        let number = self.turn.max(1) as usize - 1;
        Duration::from_secs(PAUSES.get(number).copied().unwrap_or(PAUSES[PAUSES.len() - 1]))
    }

    /// The look after this one; none if it was the last.
    pub fn next(&self) -> Option<Look> {
        let turn = self.turn.saturating_add(1);
        (u64::from(turn) <= Look::MOST).then(|| Look { turn, ..self.clone() })
    }
}

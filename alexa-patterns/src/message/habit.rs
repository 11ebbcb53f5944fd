//! How long a device's commands take.

use net_dsl::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a device takes to do what it is asked, learnt from how it has been.
///
/// [`Habit::typical`](field@Habit::typical) is about the time in which it is done four times out of five. It
/// needs no history: a device that was done at the first look is asked a little sooner the next time, one that
/// was not is asked half way later to when it was found done. Both meet where about one in five is missed.
///
/// ```
/// use alexa_patterns::message::Habit;
///
/// let mut habit = Habit::unknown("ann lamp");
/// assert_eq!(habit.first_look().as_secs(), 1);
/// // A blind that takes three seconds and a half.
/// for _ in 0..20 {
///     let first = habit.first_look().as_millis() as u64;
///     habit = if first >= 3_500 { habit.was_done() } else { habit.was_late(3_500, 5_000) };
/// }
/// assert!((3..=4).contains(&habit.first_look().as_secs()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habit {
    /// The user and the device: [`Pending::key`](super::Pending::key).
    pub device: String,
    /// After how long the device is mostly done, in milliseconds.
    pub typical: u64,
    /// How often it has been learnt: what the next writer expects to find.
    pub lessons: u64,
    /// The second since 1970 after which it may be forgotten.
    pub expires: u64,
}

impl Item for Habit {
    const NAME: &'static str = "Habit";
    const PARTITION: Key = Key::text("device");
    const EXPIRES: Option<&'static str> = Some("expires");
}

impl Habit {
    /// For how long a habit is kept that nothing is added to, in seconds.
    pub const KEPT: u64 = 90 * 86_400;

    /// That of a device that nothing is known of: it is looked at after a second.
    pub fn unknown(device: impl Into<String>) -> Habit {
        Habit { device: device.into(), typical: 1_000, lessons: 0, expires: 0 }
    }

    /// When to look for the first time: whole seconds, as queues hold messages back.
    pub fn first_look(&self) -> Duration {
        Duration::from_secs((self.typical.saturating_add(500) / 1_000).clamp(1, 60))
    }

    /// What is learnt where it was done at the first look: next time a little sooner.
    #[must_use]
    pub fn was_done(&self) -> Habit {
        self.learnt(self.typical.saturating_mul(19) / 20)
    }

    /// What is learnt where it was found done only later, after so many milliseconds. At the most it is looked
    /// for the first time after `latest`, so that an answer may still be in time.
    #[must_use]
    pub fn was_late(&self, found: u64, latest: u64) -> Habit {
        self.learnt((self.typical / 2).saturating_add(found.min(latest) / 2).min(latest))
    }

    fn learnt(&self, typical: u64) -> Habit {
        let typical = typical.max(500);
        Habit { typical, lessons: self.lessons.saturating_add(1), ..self.clone() }
    }
}

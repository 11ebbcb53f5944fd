//! Until when there is time.

use std::time::{Duration, SystemTime};

/// Until when there is time for what an input is part of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    /// In milliseconds since 1970.
    pub(crate) deadline: Option<u64>,
    pub(crate) run_ends: SystemTime,
}

impl Time {
    /// How long there is until the deadline or the end of the run, whichever comes first.
    pub(crate) fn remaining(self, now: SystemTime) -> Duration {
        let run = self.of_run(now);
        match self.deadline {
            Some(deadline) => {
                let left = deadline.saturating_sub(milliseconds(now));
                run.min(Duration::from_millis(left))
            }
            None => run,
        }
    }

    /// A missed deadline does not keep a late answer from being sent: then the run is the bound.
    pub(crate) fn to_try(self, now: SystemTime) -> Duration {
        let remaining = self.remaining(now);
        if remaining.is_zero() { self.of_run(now) } else { remaining }
    }

    fn of_run(self, now: SystemTime) -> Duration {
        self.run_ends.duration_since(now).unwrap_or_default()
    }
}

pub(crate) fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

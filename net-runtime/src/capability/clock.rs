//! What time it is.

#[cfg(feature = "aws")]
use crate::Aws;
use crate::Memory;
use std::time::{Duration, SystemTime};

/// A clock.
pub trait Clock {
    /// What time it is; the system's, unless a back end has a time of its own.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

#[cfg(feature = "aws")]
impl Clock for Aws {}

impl Clock for Memory {
    fn now(&self) -> SystemTime {
        SystemTime::now() + self.state().ahead
    }
}

impl Memory {
    /// Moves the clock forward.
    pub fn advance(&self, time: Duration) {
        self.state().ahead += time;
    }
}

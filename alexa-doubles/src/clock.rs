//! What time it is for a double.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// What time it is for a double: this machine's time, or what a test says.
#[derive(Clone)]
pub struct Clock(Arc<Mutex<Arc<Now>>>);

type Now = dyn Fn() -> SystemTime + Send + Sync;

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock(Arc::new(Mutex::new(Arc::new(SystemTime::now))))
    }
}

impl Clock {
    /// Takes the time from elsewhere from now on.
    pub fn follow(&self, now: impl Fn() -> SystemTime + Send + Sync + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(&self) -> u64 {
        let now = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
    }
}

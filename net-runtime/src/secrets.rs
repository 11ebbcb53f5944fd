//! Secrets, kept for a while.

use crate::{Backend, Failure};
use secrecy::{ExposeSecret as _, SecretString};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};
use tokio::{sync::Mutex as Turn, time::timeout};

/// For how long a secret is used without a look at whether it has changed.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// For how long it is used if nobody can say whether it has changed.
const USABLE: Duration = Duration::from_secs(60 * 60);
/// How long it is waited for while there is an old one.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it is not asked for again after it could not be read, or had not changed although it was
/// refused.
const PAUSE: Duration = Duration::from_secs(10);

/// Secrets by ARN.
#[derive(Default)]
pub(crate) struct Secrets(Mutex<HashMap<String, Arc<Secret>>>);

#[derive(Default)]
struct Secret {
    known: Mutex<Known>,
    /// Whose turn it is to read it: never more than one's.
    turn: Turn<()>,
}

#[derive(Default)]
struct Known {
    value: Option<SecretString>,
    read_at: Option<SystemTime>,
    /// When it was last tried in vain.
    vain_at: Option<SystemTime>,
    /// How many times it was tried, and how the last one failed.
    tries: u64,
    failure: Option<Why>,
}

/// A failure, for several to have.
#[derive(Clone)]
struct Why {
    temporary: bool,
    text: String,
}

impl Known {
    /// The value, if it is no older than that. A clock that was set back is no reason to trust it.
    fn younger_than(&self, age: Duration, now: SystemTime) -> Option<SecretString> {
        let read_at = self.read_at?;
        let is_young = now.duration_since(read_at).is_ok_and(|since| since < age);
        self.value.clone().filter(|_| is_young)
    }

    fn pauses(&self, now: SystemTime) -> bool {
        self.vain_at.is_some_and(|at| now.duration_since(at).is_ok_and(|since| since < PAUSE))
    }
}

impl Why {
    fn failure(self) -> Failure {
        if self.temporary {
            Failure::Temporary(self.text.into())
        } else {
            Failure::Permanent(self.text.into())
        }
    }
}

impl Secret {
    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing panics while it holds the lock.
        self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Reads it, as the one whose turn it is.
    async fn read(&self, backend: &dyn Backend, arn: &str) -> Result<SecretString, Failure> {
        let read = backend.secret(arn).await;
        let now = backend.now();
        let mut known = self.known();
        known.tries += 1;
        match read {
            Ok(value) => {
                known.value = Some(value.clone());
                known.read_at = Some(now);
                (known.vain_at, known.failure) = (None, None);
                Ok(value)
            }
            Err(failure) => {
                let (temporary, text) = match &failure {
                    Failure::Temporary(error) => (true, error.to_string()),
                    Failure::TooLate => (true, failure.to_string()),
                    Failure::Permanent(error) => (false, error.to_string()),
                    Failure::Malformed { .. } | Failure::Unknown(_) => (false, failure.to_string()),
                };
                known.vain_at = Some(now);
                known.failure = Some(Why { temporary, text });
                Err(failure)
            }
        }
    }
}

impl Secrets {
    fn of(&self, arn: &str) -> Arc<Secret> {
        let mut all = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(secret) = all.get(arn) {
            return secret.clone();
        }
        all.entry(arn.to_owned()).or_default().clone()
    }

    /// The secret of an ARN; read if it is not known, or has not been for a while.
    pub(crate) async fn get(
        &self,
        backend: &dyn Backend,
        arn: &str,
        time: Duration,
    ) -> Result<SecretString, Failure> {
        let secret = self.of(arn);
        let now = backend.now();
        let (fresh, old, pauses, tries) = {
            let known = secret.known();
            let fresh = known.younger_than(FRESH, now);
            (fresh, known.younger_than(USABLE, now), known.pauses(now), known.tries)
        };
        if let Some(fresh) = fresh {
            return Ok(fresh);
        }
        let Some(old) = old else {
            return timeout(time, self.first(&secret, backend, arn, tries))
                .await
                .unwrap_or(Err(Failure::TooLate));
        };
        // One looks whether it has changed. The others do not wait for that.
        let Ok(_turn) = secret.turn.try_lock() else { return Ok(old) };
        if pauses {
            return Ok(old);
        }
        let failure = match timeout(time.min(PATIENCE), secret.read(backend, arn)).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(failure)) => failure,
            Err(_) => {
                secret.known().vain_at = Some(backend.now());
                Failure::TooLate
            }
        };
        tracing::warn!(secret = arn, error = %failure, "the secret cannot be read again; the old one is used");
        Ok(old)
    }

    /// The secret, for those that cannot do without. What one of them hears, all hear that waited for
    /// it.
    async fn first(
        &self,
        secret: &Secret,
        backend: &dyn Backend,
        arn: &str,
        tries: u64,
    ) -> Result<SecretString, Failure> {
        let _turn = secret.turn.lock().await;
        {
            let known = secret.known();
            if known.tries != tries {
                if let Some(failure) = known.failure.clone() {
                    return Err(failure.failure());
                }
                if let Some(value) = known.younger_than(FRESH, backend.now()) {
                    return Ok(value);
                }
            }
        }
        secret.read(backend, arn).await
    }

    /// Another secret than a refused one, if there is one.
    pub(crate) async fn get_newer(
        &self,
        backend: &dyn Backend,
        arn: &str,
        refused: &SecretString,
        time: Duration,
    ) -> Result<Option<SecretString>, Failure> {
        let secret = self.of(arn);
        let differs = |value: &SecretString| value.expose_secret() != refused.expose_secret();
        let newer = async {
            let _turn = secret.turn.lock().await;
            let (known, pauses) = {
                let known = secret.known();
                (known.value.clone(), known.pauses(backend.now()))
            };
            // Whoever was first has read it already.
            if let Some(known) = known.filter(differs) {
                return Ok(Some(known));
            }
            if pauses {
                return Ok(None);
            }
            let value = secret.read(backend, arn).await?;
            if differs(&value) {
                return Ok(Some(value));
            }
            secret.known().vain_at = Some(backend.now());
            Ok(None)
        };
        timeout(time, newer).await.unwrap_or(Err(Failure::TooLate))
    }
}

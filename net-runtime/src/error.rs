//! What can go wrong between a handler and what it uses.

use std::{error, fmt};

/// Whatever a handler fails with; `?` turns any error into it.
pub type BoxError = Box<dyn error::Error + Send + Sync>;

/// Why something a handler used did not work.
#[derive(Debug)]
pub enum Failure {
    /// It may work if tried again: throttled, unreachable, or timed out.
    Temporary(BoxError),
    /// It will not work by trying again.
    Permanent(BoxError),
    /// A value could not be turned into what travels, or back.
    Malformed {
        /// What it should have been.
        expected: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// It was done or it was not, and nobody can say: its reply was lost, and others have acted since.
    Unknown(BoxError),
    /// There was no time left to try.
    TooLate,
}

/// What [`Context::retry`](crate::Context::retry) must know of an error.
pub trait Retry {
    /// Whether trying again may help.
    fn is_temporary(&self) -> bool;

    /// That there was no time left to try.
    fn too_late() -> Self;
}

impl Retry for Failure {
    fn is_temporary(&self) -> bool {
        matches!(self, Failure::Temporary(_))
    }

    fn too_late() -> Failure {
        Failure::TooLate
    }
}

impl Failure {
    pub(crate) fn malformed(expected: &'static str, why: impl fmt::Display) -> Failure {
        Failure::Malformed { expected, why: told(&why.to_string()) }
    }
}

/// An error of serde's without what it quotes, which may be anything, even a token.
pub(crate) fn told(why: &str) -> String {
    match why.rsplit_once(", expected ") {
        Some((_, wanted)) => format!("expected {wanted}"),
        None => why.to_owned(),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Temporary(error) => write!(f, "it did not work this time: {error}"),
            Failure::Permanent(error) => write!(f, "it does not work: {error}"),
            Failure::Malformed { expected, why } => write!(f, "this is no `{expected}`: {why}"),
            Failure::Unknown(error) => write!(f, "whether it was done is not known: {error}"),
            Failure::TooLate => f.write_str("no time was left to try"),
        }
    }
}

impl error::Error for Failure {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Failure::Temporary(error) | Failure::Permanent(error) | Failure::Unknown(error) => {
                Some(&**error)
            }
            Failure::Malformed { .. } | Failure::TooLate => None,
        }
    }
}

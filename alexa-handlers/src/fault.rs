//! Why a manufacturer's API did not do what it was asked.

use alexa_patterns::message::ErrorType;
use net_runtime::{CallError, Failure, Retry};
use std::{error, fmt};

/// Why a manufacturer's API did not do what it was asked, as Alexa will be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    error: ErrorType,
    message: String,
    temporary: bool,
}

impl Fault {
    /// A fault that trying again will not cure. The message is for people who read logs, so it has no
    /// token in it.
    pub fn new(error: ErrorType, message: impl Into<String>) -> Fault {
        Fault { error, message: message.into(), temporary: false }
    }

    /// The same, and trying again may cure it: the manufacturer has not done it.
    #[must_use]
    pub fn temporary(mut self) -> Fault {
        self.temporary = true;
        self
    }

    /// What an HTTP status says where nothing better is known.
    ///
    /// 401 is an expired credential (see [`Fault::of_own_key`] for requests without the user's), 403 missing permission, 404 no such endpoint, 409 a busy one, 429
    /// too many requests, 400 and 422 an invalid value, and the rest an endpoint out of reach. Those
    /// by which a server says that it has done nothing yet (429, 503) are temporary.
    ///
    /// ```
    /// use alexa_handlers::Fault;
    /// use alexa_patterns::message::ErrorType;
    ///
    /// assert_eq!(Fault::of_status(404).error(), ErrorType::NoSuchEndpoint);
    /// ```
    pub fn of_status(status: u16) -> Fault {
        let error = match status {
            400 | 422 => ErrorType::InvalidValue,
            401 => ErrorType::ExpiredAuthorizationCredential,
            403 => ErrorType::InsufficientPermissions,
            404 => ErrorType::NoSuchEndpoint,
            409 => ErrorType::EndpointBusy,
            429 => ErrorType::RateLimitExceeded,
            _ => ErrorType::EndpointUnreachable,
        };
        let message = format!("the device cloud answered with status {status}");
        Fault { error, message, temporary: matches!(status, 429 | 503) }
    }

    /// The same of an answer to a request that was made with the skill's own key: a 401 is about that key,
    /// and says nothing of the user's token. It is an internal error, since only we can mend it.
    ///
    /// ```
    /// use alexa_handlers::Fault;
    /// use alexa_patterns::message::ErrorType;
    ///
    /// assert_eq!(Fault::of_own_key(401).error(), ErrorType::InternalError);
    /// assert_eq!(Fault::of_own_key(404).error(), ErrorType::NoSuchEndpoint);
    /// ```
    pub fn of_own_key(status: u16) -> Fault {
        match status {
            401 => Fault::new(
                ErrorType::InternalError,
                "the device cloud does not take the skill's own key",
            ),
            _ => Fault::of_status(status),
        }
    }

    /// What to tell Alexa.
    pub fn error(&self) -> ErrorType {
        self.error
    }

    /// What to tell people who read logs.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error.name(), self.message)
    }
}

impl error::Error for Fault {}

impl Retry for Fault {
    fn is_temporary(&self) -> bool {
        self.temporary
    }

    fn too_late() -> Fault {
        Fault::new(ErrorType::EndpointUnreachable, "the device cloud did not answer in time")
    }
}

impl From<CallError> for Fault {
    fn from(error: CallError) -> Fault {
        let message = format!("the device cloud cannot be reached: {error}");
        let fault = Fault::new(ErrorType::EndpointUnreachable, message);
        if error.is_unsent() { fault.temporary() } else { fault }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Fault {
        let temporary = failure.is_temporary();
        Fault { error: ErrorType::InternalError, message: failure.to_string(), temporary }
    }
}

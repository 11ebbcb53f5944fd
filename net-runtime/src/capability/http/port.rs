//! What a back end does with a request to a service.

use super::client;
#[cfg(feature = "aws")]
use crate::Aws;
use crate::{BoxError, Memory};
use reqwest::{Request, Response};
use std::{error, fmt, pin::Pin};

/// A request on its way.
pub type Called<'a> = Pin<Box<dyn Future<Output = Result<Response, CallError>> + Send + 'a>>;

/// Carries requests to services.
pub trait Services {
    /// Sends a request to a service, known by the name of its marker; over the network, unless a back end
    /// has something better: an engine answers by a function, and opens no connection.
    fn call<'a>(&'a self, service: &'a str, request: Request) -> Called<'a> {
        let _ = service;
        Box::pin(async move {
            let client = client(request.url().as_str());
            client.execute(request).await.map_err(CallError::from)
        })
    }
}

#[cfg(feature = "aws")]
impl Services for Aws {}

impl Services for Memory {}

/// Why a request has no answer.
#[derive(Debug)]
pub struct CallError {
    unsent: bool,
    why: BoxError,
}

impl CallError {
    /// The service has never seen the request: nobody could be reached.
    pub fn unsent(why: impl Into<BoxError>) -> CallError {
        CallError { unsent: true, why: why.into() }
    }

    /// The service may have seen the request, and done what it asks for.
    pub fn lost(why: impl Into<BoxError>) -> CallError {
        CallError { unsent: false, why: why.into() }
    }

    /// Whether the service has certainly not seen the request, so that it may be sent again.
    pub fn is_unsent(&self) -> bool {
        self.unsent
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl error::Error for CallError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.why.source()
    }
}

impl From<reqwest::Error> for CallError {
    /// Without its URL, whose query may have a token.
    fn from(error: reqwest::Error) -> CallError {
        let unsent = error.is_connect() || error.is_builder();
        CallError { unsent, why: error.without_url().into() }
    }
}

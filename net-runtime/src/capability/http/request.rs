//! A request in the making.

use super::CallError;
use crate::Backend;
use reqwest::{Body, Request, RequestBuilder, Response};
use serde::Serialize;
use std::{borrow::Borrow, fmt, time::Duration};

/// A request to a service: [`reqwest::RequestBuilder`], sent by what the handler runs on.
#[must_use = "a request is sent by `send`"]
pub struct ServiceRequest<'c> {
    service: &'static str,
    request: RequestBuilder,
    backend: &'c dyn Backend,
}

impl fmt::Debug for ServiceRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceRequest({})", self.service)
    }
}

impl<'c> ServiceRequest<'c> {
    pub(crate) fn new(
        service: &'static str,
        request: RequestBuilder,
        backend: &'c dyn Backend,
    ) -> ServiceRequest<'c> {
        ServiceRequest { service, request, backend }
    }

    /// With whatever else [`reqwest::RequestBuilder`] can add.
    pub fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> ServiceRequest<'c> {
        ServiceRequest { request: change(self.request), ..self }
    }

    /// With a header.
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> ServiceRequest<'c> {
        self.with(|request| request.header(name, value.as_ref()))
    }

    /// Authorised by a token.
    pub fn bearer_auth(self, token: impl fmt::Display) -> ServiceRequest<'c> {
        self.with(|request| request.bearer_auth(token))
    }

    /// Authorised by a name and a password.
    pub fn basic_auth(
        self,
        name: impl fmt::Display,
        password: Option<impl fmt::Display>,
    ) -> ServiceRequest<'c> {
        self.with(|request| request.basic_auth(name, password))
    }

    /// With a body.
    pub fn body(self, body: impl Into<Body>) -> ServiceRequest<'c> {
        self.with(|request| request.body(body))
    }

    /// With a body as JSON.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> ServiceRequest<'c> {
        self.with(|request| request.json(body))
    }

    /// With a body as a form: names and values.
    pub fn form<F, K, V>(self, fields: F) -> ServiceRequest<'c>
    where
        F: IntoIterator<Item: Borrow<(K, V)>>,
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// For no longer than a while.
    pub fn timeout(self, time: Duration) -> ServiceRequest<'c> {
        self.with(|request| request.timeout(time))
    }

    /// The request as it would be sent.
    ///
    /// # Errors
    /// [`CallError`], if it is none: a header or a body that HTTP cannot say.
    pub fn build(self) -> Result<Request, CallError> {
        Ok(self.request.build()?)
    }

    /// Sends it, and waits for the answer.
    ///
    /// # Errors
    /// [`CallError`], if there is none.
    pub async fn send(self) -> Result<Response, CallError> {
        let request = self.request.build()?;
        self.backend.call(self.service, request).await
    }
}

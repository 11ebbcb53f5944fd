//! Services outside the network.

use crate::{
    Backend, Failure,
    capability::http::{CallError, ServiceRequest, client, is_local},
    secrets::Secrets,
    time::Time,
};
use reqwest::{Method, Response, StatusCode, Url};
use secrecy::SecretString;
use std::time::{Duration, SystemTime};

/// A service that a contract calls: its base URL, one HTTP client for all calls, and its secret.
///
/// The client follows no redirect: it would send a body, or a header of the caller's making, to
/// whoever the answer names. An answer with a status from 300 to 399 is handed over as it is. It speaks
/// `http://` with this machine only (`localhost`, `127.0.0.0/8`, `[::1]`); another such URL is an error
/// of [`ServiceRequest::send`].
pub struct ServiceClient<'c> {
    pub(crate) name: &'static str,
    pub(crate) base_url: &'c str,
    pub(crate) secret: Option<&'c str>,
    pub(crate) time: Time,
    pub(crate) backend: &'c dyn Backend,
    pub(crate) secrets: &'c Secrets,
}

impl std::fmt::Debug for ServiceClient<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceClient({})", self.name)
    }
}

impl<'c> ServiceClient<'c> {
    /// Where the service is, without a slash at the end.
    pub fn base_url(&self) -> &'c str {
        self.base_url
    }

    /// The same service at another address, without a slash at the end: one that knows several.
    #[must_use]
    pub fn at(self, base_url: &'c str) -> ServiceClient<'c> {
        ServiceClient { base_url, ..self }
    }

    /// What time it is.
    pub fn now(&self) -> SystemTime {
        self.backend.now()
    }

    /// A request to a path that starts with `/`; given up when the run has no time left.
    pub fn request(&self, method: Method, path: &str) -> ServiceRequest<'c> {
        // What comes first in a path is never part of the host.
        let slash = if path.is_empty() || path.starts_with(['/', '?']) { "" } else { "/" };
        let request = client(self.base_url)
            .request(method, format!("{}{slash}{path}", self.base_url))
            .timeout(self.time_to_try());
        ServiceRequest::new(self.name, request, self.backend)
    }

    /// A GET of a path.
    pub fn get(&self, path: &str) -> ServiceRequest<'c> {
        self.request(Method::GET, path)
    }

    /// A POST to a path.
    pub fn post(&self, path: &str) -> ServiceRequest<'c> {
        self.request(Method::POST, path)
    }

    /// The service's secret.
    ///
    /// It is kept for five minutes, so that a rotated one is used soon, and read again then by one
    /// of those that want it, while the others go on with the old one. If it cannot be read, the old one
    /// is kept for up to an hour. A service that has refused it is a reason to read it at once:
    /// [`ServiceClient::newer_secret`].
    ///
    /// # Errors
    /// [`Failure`], if the network gives the service no secret, or it cannot be read.
    pub async fn secret(&self) -> Result<SecretString, Failure> {
        self.secrets.get(self.backend, self.arn()?, self.time_to_try()).await
    }

    /// Another secret than the one that the service has just refused, if there is one: read now, by one
    /// of those whose secret was refused. One that has turned out to be the newest is not read again
    /// for ten seconds.
    ///
    /// # Errors
    /// [`Failure`], if the network gives the service no secret, or it cannot be read.
    pub async fn newer_secret(
        &self,
        refused: &SecretString,
    ) -> Result<Option<SecretString>, Failure> {
        self.secrets.get_newer(self.backend, self.arn()?, refused, self.time_to_try()).await
    }

    /// Sends what is made of the secret. If the service answers 401 and there is a newer secret, sends
    /// what is made of that, once: a key that was rotated a moment ago is nobody's mistake.
    ///
    /// ```
    /// # use net_dsl::prelude::*;
    /// # use net_runtime::{BoxError, Context, ExposeSecret as _};
    /// # services! { pub Bank }
    /// # contract! { pub Teller: Tick => () { calls Bank } }
    /// # async fn balance(context: &Context<Teller>) -> Result<String, BoxError> {
    /// let bank = context.call::<Bank>();
    /// let answer = bank
    ///     .send_with_secret::<BoxError>(|key| {
    ///         Ok(bank.get("/balance").bearer_auth(key.expose_secret()))
    ///     })
    ///     .await?;
    /// # Ok(answer.text().await?)
    /// # }
    /// ```
    ///
    /// # Errors
    /// What makes the request fails with, that there is no secret, or that there is no answer.
    pub async fn send_with_secret<E>(
        &self,
        request: impl Fn(&SecretString) -> Result<ServiceRequest<'c>, E>,
    ) -> Result<Response, E>
    where
        E: From<Failure> + From<CallError>,
    {
        let secret = self.secret().await?;
        let answer = request(&secret)?.send().await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        match self.newer_secret(&secret).await {
            Ok(Some(newer)) => Ok(request(&newer)?.send().await?),
            Ok(None) => Ok(answer),
            Err(failure) => {
                tracing::warn!(service = self.name, error = %failure, "the secret was refused");
                Ok(answer)
            }
        }
    }

    fn arn(&self) -> Result<&'c str, Failure> {
        self.secret.ok_or_else(|| {
            let message = format!("service `{}` has no secret in this network", self.name);
            Failure::Permanent(message.into())
        })
    }

    fn time_to_try(&self) -> Duration {
        self.time.to_try(self.backend.now())
    }
}

/// Whether requests may go to a URL: to one of HTTPS, or of HTTP on this machine.
pub(crate) fn is_base_url(text: &str) -> bool {
    is_local(text)
        || Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.host_str().is_some())
}

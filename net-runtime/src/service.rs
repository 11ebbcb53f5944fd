//! Services outside the network.

use crate::{Backend, Failure};
use once_cell::sync::OnceCell;
use secrecy::SecretString;
use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, SystemTime},
};

/// A service that a contract calls: its base URL, one HTTP client for all calls, and its secret.
pub struct ServiceClient<'c> {
    pub(crate) name: &'static str,
    pub(crate) base_url: &'c str,
    pub(crate) secret: Option<&'c str>,
    pub(crate) timeout: Duration,
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
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        client().request(method, format!("{}{path}", self.base_url)).timeout(self.timeout)
    }

    /// A GET of a path.
    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.request(reqwest::Method::GET, path)
    }

    /// A POST to a path.
    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.request(reqwest::Method::POST, path)
    }

    /// The service's secret; fetched once and kept while the function lives.
    ///
    /// # Errors
    /// [`Failure`], if the network gives the service no secret, or it cannot be fetched.
    pub async fn secret(&self) -> Result<SecretString, Failure> {
        let Some(arn) = self.secret else {
            let message = format!("service `{}` has no secret in this network", self.name);
            return Err(Failure::Permanent(message.into()));
        };
        if let Some(known) = self.secrets.get(arn) {
            return Ok(known);
        }
        let secret = self.backend.secret(arn).await?;
        self.secrets.keep(arn, &secret);
        Ok(secret)
    }
}

/// One client for the whole process: it keeps connections open between runs.
fn client() -> &'static reqwest::Client {
    static CLIENT: OnceCell<reqwest::Client> = OnceCell::new();
    CLIENT.get_or_init(reqwest::Client::new)
}

/// Secrets fetched so far, by ARN.
#[derive(Default)]
pub(crate) struct Secrets(Mutex<HashMap<String, SecretString>>);

impl Secrets {
    fn get(&self, arn: &str) -> Option<SecretString> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(arn).cloned()
    }

    fn keep(&self, arn: &str, secret: &SecretString) {
        let mut known = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        known.insert(arn.to_owned(), secret.clone());
    }
}

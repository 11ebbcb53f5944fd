//! Where pushes go to.

use crate::{Exchange, server::Server};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// An HTTP server that answers as it is told: what stands in front of a function, such as an API.
///
/// ```
/// use alexa_doubles::{Acme, Device, Hook, Pushes};
/// use serde_json::Value;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let hook = Hook::start(|push| async move {
///     assert!(push.headers["acme-signature"].starts_with("t="));
///     (202, Value::Null)
/// });
/// let hook = hook.await;
/// let acme = Acme::start().await;
/// acme.add("ann", "token of ann", [("lamp", Device::bulb())]);
/// acme.set_pushes(Pushes::to(hook.url()));
/// assert_eq!(acme.push("ann", "lamp").await, [202]);
/// # }
/// ```
#[derive(Clone)]
pub struct Hook {
    server: Arc<Server>,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hook({})", self.url())
    }
}

impl Hook {
    /// Starts one that answers with a status and a body.
    ///
    /// # Panics
    /// If the machine has no port left.
    pub async fn start<F>(answer: impl Fn(Exchange) -> F + Send + Sync + 'static) -> Hook
    where
        F: Future<Output = (u16, Value)> + Send,
    {
        Hook { server: Arc::new(Server::start(answer).await) }
    }

    /// Where it is, without a slash at the end.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// What it was asked so far, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.server.exchanges()
    }
}

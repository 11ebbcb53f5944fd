//! A function's code: a handler, whatever its contract.

use super::port::Port;
use net_dsl::Contract;
use net_runtime::{BoxError, Handler, Invocation, Runtime, Unbound};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::HashMap, pin::Pin, sync::Arc};

/// What an invocation comes to.
pub(crate) type Invoked = Pin<Box<dyn Future<Output = Result<Value, BoxError>> + Send>>;

/// One instance of a function's code, which handles one event at a time.
pub(crate) trait Instance: Send + Sync {
    /// Handles an event, which is JSON.
    fn invoke(self: Arc<Self>, event: String, invocation: Invocation) -> Invoked;

    /// Whether it can be given another event: a process may have ended.
    fn is_alive(&self) -> bool {
        true
    }
}

/// What makes instances of a function's code.
pub(crate) type Code =
    Arc<dyn Fn(Port, &HashMap<String, String>) -> Result<Arc<dyn Instance>, Unbound> + Send + Sync>;

struct Handled<C, H> {
    runtime: Runtime<C>,
    handler: Arc<H>,
}

impl<C, H> Instance for Handled<C, H>
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
    H: Handler<C>,
{
    fn invoke(self: Arc<Self>, event: String, invocation: Invocation) -> Invoked {
        Box::pin(async move { self.runtime.invoke_text(&*self.handler, &event, &invocation).await })
    }
}

/// The code of functions under a contract.
pub(crate) fn code<C>(handler: impl Handler<C>) -> Code
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
{
    let handler = Arc::new(handler);
    Arc::new(move |port, environment| {
        let runtime =
            Runtime::<C>::new(port, environment.iter().map(|(k, v)| (k.clone(), v.clone())))?;
        Ok(Arc::new(Handled { runtime, handler: handler.clone() }))
    })
}

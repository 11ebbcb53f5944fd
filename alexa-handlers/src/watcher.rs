//! Polling while somebody waits.

use crate::{
    DeviceCloud,
    look::{Seen, look_after, look_again, look_once, new_request},
};
use alexa_patterns::{
    contract,
    message::{Look, Pending},
};
use net_dsl::Change;
use net_runtime::{BoxError, Context, Handler};

/// Has a new request looked after.
#[derive(Clone, Copy, Debug, Default)]
pub struct LookStarter;

impl Handler<contract::LookStarter> for LookStarter {
    async fn handle(
        &self,
        change: Change<Pending>,
        context: &Context<contract::LookStarter>,
    ) -> Result<(), BoxError> {
        let Some(pending) = new_request(change, context.now_milliseconds()) else { return Ok(()) };
        let first = Look::first(&pending);
        look_after(first.pause(), &first, context).await
    }
}

/// Looks whether a device has done what it was asked, hands that on, and has it looked after again if not:
/// [`Look::MOST`] times at the most.
#[derive(Clone, Debug)]
pub struct Watcher<D> {
    cloud: D,
}

impl<D: DeviceCloud> Watcher<D> {
    /// The watcher of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> Watcher<D> {
        Watcher { cloud }
    }
}

impl<D: DeviceCloud> Handler<contract::Watcher> for Watcher<D> {
    async fn handle(
        &self,
        look: Look,
        context: &Context<contract::Watcher>,
    ) -> Result<(), BoxError> {
        match look_once(&self.cloud, &look, context).await? {
            Seen::NotYet => look_again(&look, context).await,
            Seen::Nothing | Seen::Done(_) => Ok(()),
        }
    }
}

//! Asks after every pending request.

use crate::{
    DeviceCloud, User,
    answer::{is_open, time_for_the_cloud},
    judge,
};
use alexa_patterns::{
    contract,
    message::{Cause, DeviceCloud as Cloud, EndpointId, Pending, State, StateChange},
};
use futures_util::{StreamExt as _, stream};
use net_dsl::Tick;
use net_runtime::{BoxError, Context, Handler};
use std::collections::BTreeMap;

type Ctx = Context<contract::Poller>;

/// Asks a manufacturer's API for the state of every device that has been asked to do something, and
/// hands on what has been done.
///
/// One device that cannot be asked keeps no other waiting: the next tick asks again.
#[derive(Clone, Debug)]
pub struct Poller<D> {
    cloud: D,
}

/// How many devices are asked at a time.
const AT_A_TIME: usize = 16;

impl<D: DeviceCloud> Poller<D> {
    /// The poller of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> Poller<D> {
        Poller { cloud }
    }

    async fn look_at(&self, device: Vec<Pending>, context: &Ctx) -> Result<(), BoxError> {
        let Some(Pending { user, endpoint, .. }) = device.first() else { return Ok(()) };
        let state = self.state(user, endpoint, context).await?;
        for change in device.iter().filter_map(|pending| found(pending, &state)) {
            context.send(&change).await?;
        }
        Ok(())
    }

    async fn state(
        &self,
        account: &str,
        endpoint: &EndpointId,
        context: &Ctx,
    ) -> Result<State, BoxError> {
        let api = context.call::<Cloud>();
        let user = User { account, token: None };
        let time = time_for_the_cloud(context);
        Ok(context.retry_within(time, || self.cloud.state(user, endpoint, &api)).await?)
    }
}

/// What is handed on of a request whose device is in a state now, if that is how it ends.
pub(crate) fn found(pending: &Pending, state: &State) -> Option<StateChange> {
    if state.is_unreachable() || !has_happened(pending, state) {
        return None;
    }
    let (changed, unchanged) = state.clone().split(&pending.command.changes());
    Some(StateChange {
        user: pending.user.clone(),
        endpoint: pending.endpoint.clone(),
        request: pending.request.clone(),
        changed,
        unchanged,
        failed: None,
        cause: Cause::PeriodicPoll,
        happened: None,
    })
}

/// Whether a device in this state has done what it was asked, or will not do it. What it should be like
/// then is not always known: then it has, once the manufacturer has accepted it.
fn has_happened(pending: &Pending, state: &State) -> bool {
    if pending.request.is_some() && judge::broken(&pending.expected, state).is_some() {
        return true;
    }
    if pending.expected.is_empty() {
        pending.request.is_some()
    } else {
        state.meets(&pending.expected)
    }
}

impl<D: DeviceCloud> Handler<contract::Poller> for Poller<D> {
    async fn handle(&self, _: Tick, context: &Ctx) -> Result<(), BoxError> {
        let now = context.now_milliseconds();
        let mut devices: BTreeMap<String, Vec<Pending>> = BTreeMap::new();
        for pending in context.table::<Pending>().scan().await? {
            if is_open(&pending, now) && pending.expires > now / 1_000 {
                devices.entry(pending.device.clone()).or_default().push(pending);
            }
        }
        let looks = devices.into_values().map(|device| self.look_at(device, context));
        let mut looks = stream::iter(looks).buffer_unordered(AT_A_TIME);
        while let Some(looked) = looks.next().await {
            if let Err(error) = looked {
                tracing::warn!(error = %error, "a device could not be looked at");
            }
        }
        Ok(())
    }
}

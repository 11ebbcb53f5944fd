//! Polling that learns how long devices take.

use crate::{
    DeviceCloud,
    look::{Seen, look_after, look_again, look_once, new_request},
};
use alexa_patterns::{
    contract,
    message::{Habit, Look, Pending},
};
use net_dsl::Change;
use net_runtime::{BoxError, Condition, Context, Handler};
use std::time::Duration;

/// Has a new request looked after when its device is mostly done.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdaptiveLookStarter;

/// What is kept of the time there is for the way of an answer: the first look is no later.
const WAY: u64 = 1_000;

impl Handler<contract::AdaptiveLookStarter> for AdaptiveLookStarter {
    async fn handle(
        &self,
        change: Change<Pending>,
        context: &Context<contract::AdaptiveLookStarter>,
    ) -> Result<(), BoxError> {
        let now = context.now_milliseconds();
        let Some(pending) = new_request(change, now) else { return Ok(()) };
        let first = Look::first(&pending);
        let pause = match context.table::<Habit>().get(pending.device.as_str()).await {
            Ok(Some(habit)) => habit.first_look(),
            Ok(None) => first.pause(),
            Err(error) => {
                tracing::warn!(error = %error, "a device's habit is not known now");
                first.pause()
            }
        };
        let latest = Duration::from_secs(pending.deadline.saturating_sub(now + WAY) / 1_000);
        look_after(pause.min(latest.max(first.pause())), &first, context).await
    }
}

/// The [`Watcher`](crate::Watcher) that remembers how long each device has taken.
#[derive(Clone, Debug)]
pub struct AdaptiveWatcher<D> {
    cloud: D,
}

impl<D: DeviceCloud> AdaptiveWatcher<D> {
    /// The watcher of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> AdaptiveWatcher<D> {
        AdaptiveWatcher { cloud }
    }
}

/// Writes down how long a device has taken. Of two who learn at the same time one does: a lesson more or less
/// changes little.
async fn learn(
    pending: &Pending,
    look: &Look,
    context: &Context<contract::AdaptiveWatcher>,
) -> Result<(), BoxError> {
    let table = context.table::<Habit>();
    let known = table.get(pending.device.as_str()).await?;
    let before = known.clone().unwrap_or_else(|| Habit::unknown(pending.device.as_str()));
    let now = context.now_milliseconds();
    let latest = pending.deadline.saturating_sub(pending.asked + WAY);
    let mut habit = match look.turn {
        1 => before.was_done(),
        _ => before.was_late(now.saturating_sub(pending.asked), latest),
    };
    habit.expires = now / 1_000 + Habit::KEPT;
    match known {
        None => table.put_new(&habit).await?,
        Some(_) => table.put_if(&habit, Condition::equals("lessons", before.lessons)).await?,
    };
    Ok(())
}

impl<D: DeviceCloud> Handler<contract::AdaptiveWatcher> for AdaptiveWatcher<D> {
    async fn handle(
        &self,
        look: Look,
        context: &Context<contract::AdaptiveWatcher>,
    ) -> Result<(), BoxError> {
        match look_once(&self.cloud, &look, context).await? {
            Seen::NotYet => look_again(&look, context).await,
            Seen::Nothing => Ok(()),
            Seen::Done(pending) => {
                if let Err(error) = learn(&pending, &look, context).await {
                    // The answer is on its way: failing now would look again.
                    tracing::warn!(error = %error, "how long a device has taken was not learnt");
                }
                Ok(())
            }
        }
    }
}

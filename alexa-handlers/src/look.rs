//! Looking whether a request was carried out, a turn at a time.

use crate::{
    DeviceCloud, Fault, User,
    answer::{is_open, time_for_the_cloud},
    poller::found,
};
use alexa_patterns::message::{DeviceCloud as Cloud, Look, Pending, PendingStatus, StateChange};
use net_dsl::{CallsService, Change, ReadsItem, Sends, WritesItem};
use net_runtime::{BoxError, Condition, Context, Retry as _, Update};
use std::time::Duration;

/// What a look has shown.
pub(crate) enum Seen {
    /// Nobody waits any more, or somebody else is at this look.
    Nothing,
    /// The request is not carried out yet.
    NotYet,
    /// It is, and that has been handed on.
    Done(Box<Pending>),
}

/// After so long, in milliseconds, whoever began a look and did not end it is taken for dead: longer than a
/// run of a watcher.
const RUN: u64 = 4_000;

/// What is too short a time for an answer: then the device is looked at for a report.
const TOO_SHORT: u64 = 1_000;

/// The request that is to be looked after, if a change of the table is a new one.
pub(crate) fn new_request(change: Change<Pending>, now: u64) -> Option<Pending> {
    // Whatever of the table's changes comes here; what was written to an item later starts nothing.
    if change.before.is_some() {
        return None;
    }
    change.after.filter(|it| it.status == PendingStatus::Intent && it.expires > now / 1_000)
}

/// Looks once. A message that comes twice, or was sent twice since a reply was lost, is one look: whoever
/// writes its number down looks. A look whose run has died is begun again when its message comes again.
pub(crate) async fn look_once<C>(
    cloud: &impl DeviceCloud,
    look: &Look,
    context: &Context<C>,
) -> Result<Seen, BoxError>
where
    C: ReadsItem<Pending> + WritesItem<Pending> + CallsService<Cloud> + Sends<StateChange>,
{
    let now = context.now_milliseconds();
    let key = (look.device.as_str(), look.message.as_str());
    let begun = Update::set("looked", look.turn).and_set("looked_at", now);
    let died = Condition::equals("looked", look.turn)
        .and(Condition::below("looked_at", now.saturating_sub(RUN)));
    let free = Condition::below("looked", look.turn).or(died);
    let Some(pending) = context.table::<Pending>().update_if(key, begun, free).await? else {
        return Ok(Seen::Nothing);
    };
    if pending.status == PendingStatus::Done || pending.expires <= now / 1_000 {
        return Ok(Seen::Nothing);
    }
    if !is_open(&pending, now) {
        // Somebody is about to answer, and may die before.
        return Ok(Seen::NotYet);
    }
    let in_time = now.saturating_add(TOO_SHORT) < pending.deadline;
    let context = if in_time { context.due(pending.deadline) } else { context.without_deadline() };
    let change = match state(cloud, &pending, &context).await {
        Ok(state) => found(&pending, &state),
        Err(fault) => {
            tracing::warn!(fault = %fault, "a device could not be looked at");
            None
        }
    };
    let Some(change) = change else { return Ok(Seen::NotYet) };
    context.send(&change).await?;
    Ok(Seen::Done(Box::new(pending)))
}

/// Asks once: the next look is the second attempt.
async fn state<C>(
    cloud: &impl DeviceCloud,
    pending: &Pending,
    context: &Context<C>,
) -> Result<alexa_patterns::message::State, Fault>
where
    C: CallsService<Cloud>,
{
    let api = context.call::<Cloud>();
    let user = User { account: &pending.user, token: None };
    let asked = cloud.state(user, &pending.endpoint, &api);
    let time = time_for_the_cloud(context);
    tokio::time::timeout(time, asked).await.unwrap_or_else(|_| Err(Fault::too_late()))
}

/// Has a request looked after again, if it was not the last time.
pub(crate) async fn look_again<C: Sends<Look>>(
    look: &Look,
    context: &Context<C>,
) -> Result<(), BoxError> {
    match look.next() {
        Some(next) => look_after(next.pause(), &next, context).await,
        None => {
            tracing::info!("a request was looked after often enough");
            Ok(())
        }
    }
}

/// Has a request looked after in a while.
pub(crate) async fn look_after<C: Sends<Look>>(
    pause: Duration,
    look: &Look,
    context: &Context<C>,
) -> Result<(), BoxError> {
    // It goes on after the deadline: what is done late is reported.
    Ok(context.without_deadline().send_after(pause, look).await?)
}

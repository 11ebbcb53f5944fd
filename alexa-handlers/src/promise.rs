//! What was told before it was so: kept, or corrected.

use crate::answer::{self, id_of, with_connectivity};
use alexa_patterns::message::{
    Answer, Cause, EventBody, Pending, PendingStatus, Property, PropertyName, State,
};
use net_dsl::{ReadsItem, Sends, WritesItem};
use net_runtime::{BoxError, Condition, Context, Update};

/// What a device turns out to be, that was told to be something else.
pub(crate) struct Truth {
    /// What is new, as far as somebody has said so.
    pub(crate) changed: State,
    /// What else is known.
    pub(crate) unchanged: State,
    /// Why it is so.
    pub(crate) cause: Cause,
}

/// Compares what was promised with what is so, tells Alexa where they differ, and closes the promise as far as
/// the truth is known.
///
/// Whoever comes here twice tells the same event twice, under one id, and it is true both times.
pub(crate) async fn settle<C>(
    context: &Context<C>,
    pending: &Pending,
    truth: Truth,
) -> Result<(), BoxError>
where
    C: Sends<Answer> + ReadsItem<Pending> + WritesItem<Pending>,
{
    let Truth { changed, unchanged, cause } = truth;
    let named: Vec<PropertyName> = changed.samples().map(|it| it.property.name()).collect();
    let state = changed.and(unchanged);
    let told = told(pending);
    let is_known = pending.promised.iter().all(|it| state.get(&it.name()).is_some());
    let news: Vec<PropertyName> = state
        .samples()
        .map(|sample| &sample.property)
        .filter(|found| match told.iter().find(|told| told.name() == found.name()) {
            Some(told) => !told.is_met_by(found),
            None => named.contains(&found.name()),
        })
        .map(|found| found.name())
        .collect();
    let kept = state.meets(&pending.promised) && !state.is_unreachable();
    if !news.is_empty() {
        // By what is so and not by when somebody saw it: who is told twice is told the same.
        let values: Vec<Property> = state.samples().map(|sample| sample.property.clone()).collect();
        let id = id_of(&format!("{} {}", pending.message, serde_json::to_string(&values)?));
        let (changed, unchanged) = with_connectivity(state, context.now()).split(&news);
        let body = EventBody::ChangeReport {
            endpoint: pending.endpoint.clone(),
            cause,
            changed,
            unchanged,
        };
        answer::send(context, &pending.user, None, id, body).await?;
    }
    if !is_known && !kept {
        // Who looks after the promise will ask.
        return Ok(());
    }
    let status = if kept { "DONE" } else { "CORRECTED" };
    close(context, pending, status).await
}

/// What Alexa is known to believe of what was promised: nothing of it any more, once it was corrected, and
/// nothing where who was about to say so may have died before.
fn told(pending: &Pending) -> &[Property] {
    match pending.status {
        PendingStatus::Promised | PendingStatus::Done => &pending.promised,
        PendingStatus::Intent
        | PendingStatus::Sent
        | PendingStatus::Claimed
        | PendingStatus::Corrected => &[],
    }
}

/// Marks a promise, unless somebody else has.
pub(crate) async fn close<C>(
    context: &Context<C>,
    pending: &Pending,
    status: &str,
) -> Result<(), BoxError>
where
    C: ReadsItem<Pending> + WritesItem<Pending>,
{
    let key = (pending.device.as_str(), pending.message.as_str());
    let was = serde_json::to_value(pending.status)?;
    let open = Condition::equals("status", was.as_str().unwrap_or_default());
    context.table::<Pending>().update_if(key, Update::set("status", status), open).await?;
    Ok(())
}

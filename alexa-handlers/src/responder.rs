//! Matches new states with the requests that wait for them.

use crate::{
    Fault,
    answer::{self, Ending, answer_once, id_of, is_open, waits, with_connectivity},
    judge,
    promise::{Truth, settle},
};
use alexa_patterns::{
    contract,
    message::{EventBody, Happening, Pending, PendingStatus, StateChange},
};
use net_runtime::{BoxError, Context, Handler};
use std::{cmp::Reverse, iter};

type Ctx = Context<contract::Responder>;

/// Matches a new state, whoever brings it, with the request that waits for it, and answers once; what
/// nobody waits for is reported as a change, to everybody who has linked the account.
///
/// A request that was accepted and has failed is answered with why, and the state that it has left
/// behind is reported.
///
/// One that was answered with what is expected is compared with what is so, and corrected where they differ.
#[derive(Clone, Copy, Debug, Default)]
pub struct Responder;

impl Handler<contract::Responder> for Responder {
    async fn handle(&self, change: StateChange, context: &Ctx) -> Result<(), BoxError> {
        if let Some(happened) = &change.happened {
            return tell(happened, &change, context).await;
        }
        let device = Pending::key(&change.user, &change.endpoint);
        let mut known = context.table::<Pending>().query(device).await?;
        let now = context.now_milliseconds();
        // DynamoDB deletes late.
        known.retain(|pending| pending.expires > now / 1_000);
        let answered = answered(&change, &known, now);
        if answered.is_empty() {
            return report(&change, context).await;
        }
        for pending in answered {
            if is_promise(pending) {
                settle(context, pending, truth(&change)).await?;
                continue;
            }
            let ending = ending(pending, &change);
            // An ErrorResponse says nothing of the state.
            if matches!(ending, Ending::Failed(_)) && waits(pending, now) {
                report(&change, context).await?;
            }
            if !answer_once(context, pending, change.request.as_deref(), ending).await? {
                tracing::info!("a request was answered before");
            }
        }
        Ok(())
    }
}

/// Whether a request was answered before it was carried out.
fn is_promise(pending: &Pending) -> bool {
    match pending.status {
        PendingStatus::Promised | PendingStatus::Corrected => true,
        PendingStatus::Intent
        | PendingStatus::Sent
        | PendingStatus::Claimed
        | PendingStatus::Done => false,
    }
}

fn truth(change: &StateChange) -> Truth {
    Truth {
        changed: change.changed.clone(),
        unchanged: change.unchanged.clone(),
        cause: change.cause,
    }
}

/// How a request ended that a change is the end of.
fn ending(pending: &Pending, change: &StateChange) -> Ending {
    match change.failed {
        Some(error) => {
            Ending::Failed(Fault::new(error, "the device cloud accepted it, and the device failed"))
        }
        None => judge::ended(&pending.expected, change.state()),
    }
}

/// Tells what has happened, that is no state.
async fn tell(happened: &Happening, change: &StateChange, context: &Ctx) -> Result<(), BoxError> {
    let body = match happened {
        Happening::Rung { time } => EventBody::DoorbellPress {
            endpoint: change.endpoint.clone(),
            cause: change.cause,
            time: time.to_the_second(),
        },
        // Who pushes that reports.
        Happening::Added(device) => EventBody::AddOrUpdateReport {
            devices: iter::once((**device).clone().reported(true)).collect(),
        },
        Happening::Removed => {
            EventBody::DeleteReport { endpoints: [change.endpoint.clone()].into() }
        }
    };
    let id = id_of(&format!("{} {}", context.correlation(), serde_json::to_string(change)?));
    Ok(answer::send(context, &change.user, None, id, body).await?)
}

/// Reports what has changed, if anything has.
async fn report(change: &StateChange, context: &Ctx) -> Result<(), BoxError> {
    if change.changed.is_empty() {
        tracing::info!("nothing is said to have changed");
        return Ok(());
    }
    let unchanged = with_connectivity(change.unchanged.clone(), context.now());
    let known = change.changed.clone();
    let names: Vec<_> = known.samples().map(|sample| sample.property.name()).collect();
    let body = EventBody::ChangeReport {
        endpoint: change.endpoint.clone(),
        cause: change.cause,
        changed: known,
        // Where the connectivity is what has changed, it is not said twice.
        unchanged: unchanged.split(&names).1,
    };
    let id = id_of(&format!("{} {}", context.correlation(), serde_json::to_string(change)?));
    Ok(answer::send(context, &change.user, None, id, body).await?)
}

/// The requests that a change is the end of: the one that it names, or else those whose end looks like
/// this.
fn answered<'p>(change: &StateChange, known: &'p [Pending], now: u64) -> Vec<&'p Pending> {
    let state = change.state();
    let is_end = |pending: &Pending| {
        state.meets(&pending.expected) || judge::broken(&pending.expected, &state).is_some()
    };
    let Some(request) = &change.request else {
        let fits = |pending: &&Pending| {
            is_open(pending, now) && !pending.expected.is_empty() && is_end(pending)
        };
        return known.iter().filter(fits).collect();
    };
    let named = |pending: &&Pending| pending.request.as_ref() == Some(request);
    if known.iter().any(|pending| named(&pending)) {
        return known.iter().filter(named).collect();
    }
    // A push that is faster than the answer to the call: its name is not known here yet. It is the
    // end of one request: of one that it fits, or else of one whose end may look like anything.
    let fits = |pending: &&Pending| {
        let ends = is_end(pending) || change.failed.is_some();
        pending.request.is_none() && waits(pending, now) && ends
    };
    let best = known.iter().filter(fits).min_by_key(|pending| Reverse(pending.expected.len()));
    best.into_iter().collect()
}

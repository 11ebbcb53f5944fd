//! Matches new states with the requests that wait for them.

use crate::answer::{self, Ending, answer_once, report, waits, with_connectivity};
use alexa_patterns::{
    contract,
    message::{Pending, StateChange},
};
use net_runtime::{BoxError, Context, Handler};
use std::cmp::Reverse;

/// Matches a new state, whoever brings it, with the request that waits for it, and answers once; what
/// nobody waits for is reported as a change.
#[derive(Clone, Copy, Debug, Default)]
pub struct Responder;

impl Handler<contract::Responder> for Responder {
    async fn handle(
        &self,
        change: StateChange,
        context: &Context<contract::Responder>,
    ) -> Result<(), BoxError> {
        let device = Pending::key(&change.user, &change.endpoint);
        let mut known = context.table::<Pending>().query(device).await?;
        let now = context.now_milliseconds();
        // DynamoDB deletes late.
        known.retain(|pending| pending.expires > now / 1_000);
        let answered = answered(&change, &known, now);
        if answered.is_empty() {
            let state = with_connectivity(change.state, context.now());
            let body = report(change.endpoint, change.cause, state);
            return Ok(answer::send(context, &change.user, body).await?);
        }
        for pending in answered {
            let ending = Ending::Done(change.state.clone());
            if !answer_once(context, pending, change.request.as_deref(), ending).await? {
                tracing::info!("a request was answered before");
            }
        }
        Ok(())
    }
}

/// The requests that a change is the end of: the one that it names, or else those whose end looks like
/// this.
fn answered<'p>(change: &StateChange, known: &'p [Pending], now: u64) -> Vec<&'p Pending> {
    let Some(request) = &change.request else {
        let fits = |pending: &&Pending| {
            waits(pending, now)
                && !pending.expected.is_empty()
                && change.state.meets(&pending.expected)
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
        pending.request.is_none() && waits(pending, now) && change.state.meets(&pending.expected)
    };
    let best = known.iter().filter(fits).min_by_key(|pending| Reverse(pending.expected.len()));
    best.into_iter().collect()
}

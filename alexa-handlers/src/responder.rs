//! Matches new states with the requests that wait for them.

use crate::answer::{self, Ending, answer_once, report, waits, with_connectivity};
use alexa_patterns::{
    contract,
    message::{Pending, PendingStatus, StateChange},
};
use net_runtime::{BoxError, Context, Handler};

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
        let answered: Vec<&Pending> =
            known.iter().filter(|pending| is_answer_to(&change, pending, &known, now)).collect();
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

/// Whether a change is the end of a request: the request that it names, or else one whose end looks
/// like this.
fn is_answer_to(change: &StateChange, pending: &Pending, known: &[Pending], now: u64) -> bool {
    let Some(request) = &change.request else {
        return waits(pending, now)
            && !pending.expected.is_empty()
            && change.state.meets(&pending.expected);
    };
    if known.iter().any(|known| known.request.as_ref() == Some(request)) {
        return pending.request.as_ref() == Some(request);
    }
    // A push that is faster than the answer to the call: the request's name is not known here yet.
    pending.status == PendingStatus::Intent && change.state.meets(&pending.expected)
}

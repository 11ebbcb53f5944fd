//! Answers: made, sent, and given once.

use crate::Fault;
use alexa_patterns::message::{
    Answer, Cause, Connectivity, EndpointId, Event, EventBody, MessageId, Pending, PendingStatus,
    Property, Sample, State, Timestamp,
};
use net_dsl::{Contract, Sends, WritesItem};
use net_runtime::{BoxError, Condition, Context, Failure, Update};
use std::time::Duration;

/// An event with an id of its own.
pub(crate) fn event(body: EventBody) -> Event {
    let id = MessageId::new(uuid::Uuid::new_v4().to_string());
    Event { id: id.expect("a UUID is letters, digits and hyphens"), body }
}

/// A state with its connectivity: who answers is there.
pub(crate) fn with_connectivity(state: State, now: impl Into<Timestamp>) -> State {
    let property = Property::Connectivity(Connectivity::Ok);
    state.or(Sample { property, time: now.into(), uncertainty: 0 })
}

/// What is kept of the time for an answer's way to Alexa.
const WAY: Duration = Duration::from_millis(500);

/// How long a manufacturer may take so that there is time left to answer.
pub(crate) fn time_for_the_cloud<C: Contract>(context: &Context<C>) -> Duration {
    context.remaining().saturating_sub(WAY)
}

/// Whether nobody waits for an answer any more: what is delivered again comes after its deadline.
pub(crate) fn is_late<C: Contract>(context: &Context<C>) -> bool {
    context.deadline().is_some_and(|deadline| deadline <= context.now_milliseconds())
}

/// Sends an event on its way to Alexa.
pub(crate) async fn send<C>(
    context: &Context<C>,
    user: &str,
    body: EventBody,
) -> Result<(), Failure>
where
    C: Sends<Answer>,
{
    let context = context_for(&body, context);
    context.send(&Answer { event: event(body), user: user.to_owned() }).await
}

/// The context that an event is sent in: nobody waits for a report, so it has no deadline.
pub(crate) fn context_for<C: Contract>(body: &EventBody, context: &Context<C>) -> Context<C> {
    if body.correlation().is_some() { context.clone() } else { context.without_deadline() }
}

/// How a request to a manufacturer ended.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    Done(State),
    Failed(Fault),
}

/// Whether a request waits for an answer: nobody has given one, or is about to.
pub(crate) fn waits(pending: &Pending, now: u64) -> bool {
    match pending.status {
        PendingStatus::Intent | PendingStatus::Sent => true,
        PendingStatus::Claimed => pending.claimed_at < lapsed(now),
        PendingStatus::Done => false,
    }
}

/// After so long, who has claimed a request and not answered is taken for dead: no run that claims
/// is longer.
const CLAIM: u64 = 15_000;

/// When a claim was made, at the latest, that has lapsed by now.
fn lapsed(now: u64) -> u64 {
    now.saturating_sub(CLAIM)
}

/// Answers for a request, unless somebody has or is about to; whether it did.
///
/// Push, poll and what is delivered twice all come here, and one of them wins the conditional write.
/// The winner marks the request as done once the answer is on its way; if it dies before, its claim
/// lapses, and who comes next answers.
pub(crate) async fn answer_once<C>(
    context: &Context<C>,
    pending: &Pending,
    request: Option<&str>,
    ending: Ending,
) -> Result<bool, BoxError>
where
    C: Sends<Answer> + WritesItem<Pending>,
{
    let table = context.table::<Pending>();
    let key = || (pending.device.as_str(), pending.message.as_str());
    let now = context.now_milliseconds();
    let mut claim = Update::set("status", "CLAIMED").and_set("claimed_at", now);
    if let Some(request) = request {
        claim = claim.and_set("request", request);
    }
    let Some(claimed) = table.update_if(key(), claim, claimable(now)).await? else {
        return Ok(false);
    };
    let mine = || Condition::equals("status", "CLAIMED").and(Condition::equals("claimed_at", now));
    if let Some(body) = body(&claimed, ending, now)
        && let Err(error) = send(&context.due(claimed.deadline), &claimed.user, body).await
    {
        // Who comes next need not wait until the claim lapses. If this fails too, it does lapse.
        let _ = table.update_if(key(), Update::set("claimed_at", 0), mine()).await;
        return Err(error.into());
    }
    if let Err(error) = table.update_if(key(), Update::set("status", "DONE"), mine()).await {
        // The answer is on its way: failing now would send another.
        tracing::warn!(error = %error, "an answered request was not marked as done");
    }
    Ok(true)
}

fn claimable(now: u64) -> Condition {
    let lapsed = Condition::below("claimed_at", lapsed(now));
    Condition::equals("status", "INTENT")
        .or(Condition::equals("status", "SENT"))
        .or(Condition::equals("status", "CLAIMED").and(lapsed))
}

/// The answer while it is waited for, a report afterwards; a failure is told in time or not at all.
fn body(pending: &Pending, ending: Ending, now: u64) -> Option<EventBody> {
    let in_time = now < pending.deadline;
    let (endpoint, correlation) = (pending.endpoint.clone(), pending.correlation.clone());
    match ending {
        Ending::Done(state) => {
            let state = with_connectivity(state, Timestamp::from_milliseconds(now));
            Some(if in_time {
                EventBody::Response { correlation, endpoint, state }
            } else {
                report(endpoint, Cause::VoiceInteraction, state)
            })
        }
        Ending::Failed(fault) => in_time.then(|| EventBody::ErrorResponse {
            correlation: Some(correlation),
            endpoint: Some(endpoint),
            error: fault.error(),
            message: fault.message().to_owned(),
        }),
    }
}

/// That a device is in a new state.
pub(crate) fn report(endpoint: EndpointId, cause: Cause, changed: State) -> EventBody {
    EventBody::ChangeReport { endpoint, cause, changed, unchanged: State::new() }
}

//! Answers: made, sent, and given once.

use crate::Fault;
use alexa_patterns::message::{
    Answer, Asked, Cause, Command, Connectivity, CorrelationToken, EndpointId, ErrorType, Event,
    EventBody, MessageId, Pending, PendingStatus, Promise, Property, Reply, Sample, State,
    Timestamp,
};
use net_dsl::{Contract, ReadsItem, Sends, WritesItem};
use net_runtime::{BoxError, Condition, Context, Failure, Update};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// The id of an event that is sent once.
pub(crate) fn new_id<C: Contract>(context: &Context<C>) -> MessageId {
    MessageId::new(context.unique_id()).expect("a UUID is letters, digits and hyphens")
}

/// The id of an event that may be made again, by what it is about: a message that comes twice makes one
/// event, and who has taken it may know it again.
pub(crate) fn id_of(what: &str) -> MessageId {
    let digest = Sha256::digest(what);
    let bytes = std::array::from_fn(|at| digest[at]);
    id(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

fn id(uuid: uuid::Uuid) -> MessageId {
    MessageId::new(uuid.to_string()).expect("a UUID is letters, digits and hyphens")
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

/// Sends an event on its way to Alexa, with an id that is the same for the same thing. What answers no
/// directive goes to everybody.
pub(crate) async fn send<C>(
    context: &Context<C>,
    user: &str,
    asked: Option<Asked>,
    id: MessageId,
    body: EventBody,
) -> Result<(), Failure>
where
    C: Sends<Answer>,
{
    let context = context_for(&body, context);
    let asked = asked.filter(|_| body.correlation().is_some());
    context.send(&Answer { event: Event { id, body }, user: user.to_owned(), asked }).await
}

/// The context that an event is sent in: nobody waits for a report, so it has no deadline.
pub(crate) fn context_for<C: Contract>(body: &EventBody, context: &Context<C>) -> Context<C> {
    if body.correlation().is_some() { context.clone() } else { context.without_deadline() }
}

/// How a request to a manufacturer ended.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// In this state, and with these words if the manufacturer has some.
    Done(State, Option<Reply>),
    Failed(Fault),
}

impl Ending {
    /// The same in an interface's own words.
    pub(crate) fn in_words(self, reply: Reply) -> Ending {
        match self {
            Ending::Done(state, _) => Ending::Done(state, Some(reply)),
            Ending::Failed(fault) => Ending::Failed(fault),
        }
    }
}

/// What a request is answered with.
enum Given {
    /// How it ended.
    Ended(Ending),
    /// What is expected of it, by so many milliseconds uncertain.
    Promised(Promise, u32),
}

/// Whether a request waits for an answer: nobody has given one, or is about to.
pub(crate) fn waits(pending: &Pending, now: u64) -> bool {
    match pending.status {
        PendingStatus::Intent | PendingStatus::Sent => true,
        PendingStatus::Claimed => pending.claimed_at < lapsed(now),
        PendingStatus::Promised | PendingStatus::Corrected | PendingStatus::Done => false,
    }
}

/// Whether how a request ended is still of interest: it waits for an answer, or for what it was answered with
/// to come true.
pub(crate) fn is_open(pending: &Pending, now: u64) -> bool {
    match pending.status {
        PendingStatus::Promised | PendingStatus::Corrected => true,
        PendingStatus::Intent
        | PendingStatus::Sent
        | PendingStatus::Claimed
        | PendingStatus::Done => waits(pending, now),
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
    C: Sends<Answer> + ReadsItem<Pending> + WritesItem<Pending>,
{
    give_once(context, pending, request, Given::Ended(ending)).await
}

/// Answers with what is expected, by so many milliseconds uncertain, unless somebody has answered or is about
/// to; whether it did. It is done in time or not at all, and the request stays open.
pub(crate) async fn promise_once<C>(
    context: &Context<C>,
    pending: &Pending,
    promise: Promise,
    uncertainty: u32,
) -> Result<bool, BoxError>
where
    C: Sends<Answer> + ReadsItem<Pending> + WritesItem<Pending>,
{
    give_once(context, pending, None, Given::Promised(promise, uncertainty)).await
}

async fn give_once<C>(
    context: &Context<C>,
    pending: &Pending,
    request: Option<&str>,
    given: Given,
) -> Result<bool, BoxError>
where
    C: Sends<Answer> + ReadsItem<Pending> + WritesItem<Pending>,
{
    let table = context.table::<Pending>();
    let key = || (pending.device.as_str(), pending.message.as_str());
    let now = context.now_milliseconds();
    let me = context.unique_id();
    let mut claim =
        Update::set("status", "CLAIMED").and_set("claimed_at", now).and_set("claim", me.as_str());
    if let Some(request) = request {
        claim = claim.and_set("request", request);
    }
    let mut ended = "DONE";
    if let Given::Promised(promise, _) = &given {
        if now >= pending.deadline {
            return Ok(false);
        }
        // With the claim: who dies after it may have made the promise.
        claim = claim.and_set("promised", serde_json::json!(promise.properties()));
        ended = "PROMISED";
    }
    let claimed = match table.update_if(key(), claim, claimable(now)).await? {
        Some(claimed) => claimed,
        // Whose reply was lost is refused when it is tried again: by its own claim.
        None => match table.get(key()).await? {
            Some(there) if there.claim.as_ref() == Some(&me) => there,
            _ => return Ok(false),
        },
    };
    let mine =
        || Condition::equals("status", "CLAIMED").and(Condition::equals("claim", me.as_str()));
    if let Some(body) = body(&claimed, given, now)
        && let Err(error) = send(
            &context.due(claimed.deadline),
            &claimed.user,
            Some(Asked { customer: claimed.customer.clone(), command: claimed.command.clone() }),
            id_of(&claimed.message),
            body,
        )
        .await
    {
        // Who comes next need not wait until the claim lapses. If this fails too, it does lapse.
        let _ = table.update_if(key(), Update::set("claimed_at", 0), mine()).await;
        return Err(error.into());
    }
    if let Err(error) = table.update_if(key(), Update::set("status", ended), mine()).await {
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
fn body(pending: &Pending, given: Given, now: u64) -> Option<EventBody> {
    let in_time = now < pending.deadline;
    let (endpoint, correlation) = (pending.endpoint.clone(), pending.correlation.clone());
    match given {
        Given::Ended(Ending::Done(state, reply)) => {
            let now = Timestamp::from_milliseconds(now);
            let state = with_connectivity(state, now);
            if in_time {
                Some(done(&pending.command, correlation, endpoint, state, reply, now))
            } else {
                late(endpoint, &pending.command, state)
            }
        }
        Given::Ended(Ending::Failed(fault)) => in_time.then(|| EventBody::ErrorResponse {
            correlation: Some(correlation),
            endpoint: Some(endpoint),
            error: fault.error(),
            message: fault.message().to_owned(),
        }),
        Given::Promised(promise, uncertainty) => in_time.then(|| {
            // Whether the device can be reached is not promised.
            let state = promise.state(Timestamp::from_milliseconds(now), uncertainty);
            EventBody::Response { correlation, endpoint, state }
        }),
    }
}

/// The answer that a device has done what it was asked: in its interface's own words, if it has some.
pub(crate) fn done(
    command: &Command,
    correlation: CorrelationToken,
    endpoint: EndpointId,
    state: State,
    reply: Option<Reply>,
    now: Timestamp,
) -> EventBody {
    match reply.or_else(|| command.reply(now)) {
        Some(reply) => EventBody::Replied { correlation, endpoint, state, reply },
        None if command.needs_reply() => EventBody::ErrorResponse {
            correlation: Some(correlation),
            endpoint: Some(endpoint),
            error: ErrorType::InternalError,
            message: "the device cloud did not say what the interface has to answer".to_owned(),
        },
        None => EventBody::Response { correlation, endpoint, state },
    }
}

/// The ChangeReport for a command that was carried out after its deadline.
/// None if the command changes no property, as with a scene.
pub(crate) fn late(endpoint: EndpointId, command: &Command, state: State) -> Option<EventBody> {
    let (changed, unchanged) = state.split(&command.changes());
    let cause = Cause::VoiceInteraction;
    let report = EventBody::ChangeReport { endpoint, cause, changed: changed.clone(), unchanged };
    (!changed.is_empty()).then_some(report)
}

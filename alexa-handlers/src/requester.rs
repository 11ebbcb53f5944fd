//! Hands directives to an API that accepts now and acts later.

use crate::{
    DeviceCloud, Outcome,
    answer::{Ending, answer_once, is_late, waits},
    cloud::carry_out,
    judge,
};
use alexa_patterns::{
    contract,
    message::{Answer, DeferredDirective, DeviceCloud as Service, Pending, PendingStatus},
};
use net_dsl::{CallsService, Contract, ReadsItem, Sends, WritesItem};
use net_runtime::{BoxError, Condition, Context, Handler, Update};
use serde_json::json;

type Ctx = Context<contract::Requester>;

/// Hands a directive to a manufacturer's API, and remembers whom to answer.
///
/// What is remembered is written before the API is called: a push may come before the API's answer.
/// A directive that is delivered again is handed on again only if it is not known to have arrived,
/// under the same id.
#[derive(Clone, Debug)]
pub struct Requester<D> {
    cloud: D,
}

/// For how long a request is remembered after its deadline: so long a late answer is known for one,
/// and an answer that comes twice is known for a duplicate.
const REMEMBERED: u64 = 300;

/// The deadline where the network sets none: what Alexa waits, less the way there and back.
const BUDGET: u64 = 6_000;

impl<D: DeviceCloud> Requester<D> {
    /// The requester of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> Requester<D> {
        Requester { cloud }
    }
}

/// The directive as it is remembered, if it still has to be handed on.
async fn remember<C>(
    deferred: &DeferredDirective,
    context: &Context<C>,
) -> Result<Option<Pending>, BoxError>
where
    C: Contract + ReadsItem<Pending> + WritesItem<Pending>,
{
    let asked = context.now_milliseconds();
    let deadline = context.deadline().unwrap_or(asked + BUDGET);
    let endpoint = &deferred.target.endpoint;
    let intent = Pending {
        device: Pending::key(&deferred.user, endpoint),
        message: deferred.message_id.clone(),
        user: deferred.user.clone(),
        customer: deferred.customer.clone(),
        endpoint: endpoint.clone(),
        correlation: deferred.target.correlation.clone(),
        command: deferred.command.without_secrets(),
        expected: deferred.command.expected(),
        status: PendingStatus::Intent,
        request: None,
        asked,
        deadline,
        promised: Vec::new(),
        looked: 0,
        looked_at: 0,
        claimed_at: 0,
        claim: None,
        expires: (deadline / 1_000).saturating_add(REMEMBERED),
    };
    let table = context.table::<Pending>();
    if table.put_new(&intent).await? {
        return Ok(Some(intent));
    }
    let known = table.get((intent.device.as_str(), intent.message.as_str())).await?;
    // Sent or answered: it has arrived. Otherwise an earlier run has died on the way.
    let now = context.now_milliseconds();
    Ok(known.filter(|known| known.status != PendingStatus::Sent && waits(known, now)))
}

/// Hands a directive on, once; what is remembered of it if it was accepted and nobody has answered yet. What
/// ends at once is answered.
pub(crate) async fn hand_on<C>(
    cloud: &impl DeviceCloud,
    deferred: &DeferredDirective,
    context: &Context<C>,
) -> Result<Option<Pending>, BoxError>
where
    C: CallsService<Service> + ReadsItem<Pending> + WritesItem<Pending> + Sends<Answer>,
{
    if is_late(context) {
        tracing::warn!("a directive came after its deadline and is not carried out");
        return Ok(None);
    }
    let Some(pending) = remember(deferred, context).await? else {
        tracing::info!("a directive came again and is under way already");
        return Ok(None);
    };
    let ending = match carry_out(cloud, deferred, context).await {
        Ok(Outcome::Accepted { request, expected }) => {
            let mut sent = Update::set("status", "SENT").and_set("request", request);
            if !expected.is_empty() {
                sent = sent.and_set("expected", json!(expected));
            }
            let key = (pending.device.as_str(), pending.message.as_str());
            let table = context.table::<Pending>();
            // A push may have been faster: then it is answered, and stays so.
            let open = Condition::equals("status", "INTENT");
            return Ok(table.update_if(key, sent, open).await?);
        }
        Ok(Outcome::Done(state)) => judge::done(&pending.expected, state),
        Ok(Outcome::Replied(state, reply)) => judge::done(&pending.expected, state).in_words(reply),
        Err(fault) => {
            tracing::warn!(fault = %fault, "a directive was not carried out");
            Ending::Failed(fault)
        }
    };
    answer_once(context, &pending, None, ending).await?;
    Ok(None)
}

impl<D: DeviceCloud> Handler<contract::Requester> for Requester<D> {
    async fn handle(&self, deferred: DeferredDirective, context: &Ctx) -> Result<(), BoxError> {
        hand_on(&self.cloud, &deferred, context).await?;
        Ok(())
    }
}

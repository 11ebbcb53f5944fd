//! Carries out directives by an API that answers with the new state.

use crate::{
    DeviceCloud, Fault, Outcome, User,
    answer::{self, Ending, id_of, is_late, late, time_for_the_cloud, with_connectivity},
    cloud::carry_out,
    judge,
};
use alexa_patterns::{
    contract,
    message::{Asked, DeferredDirective, DeviceCloud as Cloud, ErrorType, EventBody},
};
use net_runtime::{BoxError, Context, Handler};

type Ctx = Context<contract::SyncProcessor>;
type Done = Result<(), BoxError>;

/// Has a manufacturer's API carry out a directive, and answers with the state it tells.
///
/// A directive that comes after its deadline is not carried out: nobody wants a light that goes on a
/// minute later. If an earlier run has carried it out all the same, that is reported.
#[derive(Clone, Debug)]
pub struct SyncProcessor<D> {
    cloud: D,
}

impl<D: DeviceCloud> SyncProcessor<D> {
    /// The processor of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> SyncProcessor<D> {
        SyncProcessor { cloud }
    }

    /// A directive that comes late may come for the second time: a run may have carried it out, and died
    /// before it could tell. If the device is as it was asked to be, that is reported.
    async fn report_if_done(&self, deferred: &DeferredDirective, context: &Ctx) -> Done {
        let (target, api) = (&deferred.target, context.call::<Cloud>());
        let user = User { account: &deferred.user, token: Some(&target.token) };
        let time = time_for_the_cloud(&context.without_deadline());
        let state =
            context.retry_within(time, || self.cloud.state(user, &target.endpoint, &api)).await;
        let state = match state {
            Ok(state) => state,
            Err(fault) => {
                tracing::warn!(fault = %fault, "whether a late directive was carried out is not known");
                return Err(fault.into());
            }
        };
        if state.is_unreachable() || !state.meets(&deferred.command.expected()) {
            return Ok(());
        }
        let state = with_connectivity(state, context.now());
        let Some(body) = late(target.endpoint.clone(), &deferred.command, state) else {
            return Ok(());
        };
        let id = id_of(&deferred.message_id);
        Ok(answer::send(context, &deferred.user, None, id, body).await?)
    }
}

impl<D: DeviceCloud> Handler<contract::SyncProcessor> for SyncProcessor<D> {
    async fn handle(&self, deferred: DeferredDirective, context: &Ctx) -> Done {
        if is_late(context) {
            tracing::warn!("a directive came after its deadline and is not carried out");
            return self.report_if_done(&deferred, context).await;
        }
        let ending = match carry_out(&self.cloud, &deferred, context).await {
            Ok(Outcome::Done(state)) => judge::done(&deferred.command.expected(), state),
            Ok(Outcome::Replied(state, reply)) => {
                judge::done(&deferred.command.expected(), state).in_words(reply)
            }
            Ok(Outcome::Accepted { .. }) => {
                let why = "the device cloud answers later, and this network does not wait for it";
                Ending::Failed(Fault::new(ErrorType::InternalError, why))
            }
            Err(fault) => Ending::Failed(fault),
        };
        let target = &deferred.target;
        let endpoint = target.endpoint.clone();
        let body = match ending {
            Ending::Done(state, reply) => {
                let state = with_connectivity(state, context.now());
                if is_late(context) {
                    match late(endpoint, &deferred.command, state) {
                        Some(report) => report,
                        None => return Ok(()),
                    }
                } else {
                    let (command, now) = (&deferred.command, context.now().into());
                    answer::done(command, target.correlation.clone(), endpoint, state, reply, now)
                }
            }
            Ending::Failed(fault) => failed(&deferred, fault),
        };
        let asked = Asked {
            customer: deferred.customer.clone(),
            command: deferred.command.without_secrets(),
        };
        let id = id_of(&deferred.message_id);
        Ok(answer::send(context, &deferred.user, Some(asked), id, body).await?)
    }
}

fn failed(deferred: &DeferredDirective, fault: Fault) -> EventBody {
    tracing::warn!(fault = %fault, "a directive was not carried out");
    EventBody::ErrorResponse {
        correlation: Some(deferred.target.correlation.clone()),
        endpoint: Some(deferred.target.endpoint.clone()),
        error: fault.error(),
        message: fault.message().to_owned(),
    }
}

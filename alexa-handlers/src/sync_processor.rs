//! Carries out directives by an API that answers with the new state.

use crate::{
    DeviceCloud, Fault, Outcome,
    answer::{self, is_late, report, with_connectivity},
    cloud::carry_out,
};
use alexa_patterns::{
    contract,
    message::{Cause, DeferredDirective, ErrorType, EventBody},
};
use net_runtime::{BoxError, Context, Handler};

/// Has a manufacturer's API carry out a directive, and answers with the state it tells.
///
/// A directive that comes after its deadline is not carried out: nobody wants a light that goes on a
/// minute later.
#[derive(Clone, Debug)]
pub struct SyncProcessor<D> {
    cloud: D,
}

impl<D: DeviceCloud> SyncProcessor<D> {
    /// The processor of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> SyncProcessor<D> {
        SyncProcessor { cloud }
    }
}

impl<D: DeviceCloud> Handler<contract::SyncProcessor> for SyncProcessor<D> {
    async fn handle(
        &self,
        deferred: DeferredDirective,
        context: &Context<contract::SyncProcessor>,
    ) -> Result<(), BoxError> {
        if is_late(context) {
            tracing::warn!("a directive came after its deadline and is not carried out");
            return Ok(());
        }
        let outcome = carry_out(&self.cloud, &deferred, context).await;
        let target = &deferred.target;
        let endpoint = target.endpoint.clone();
        let body = match outcome {
            Ok(Outcome::Done(state)) => {
                let state = with_connectivity(state, context.now());
                if is_late(context) {
                    report(endpoint, Cause::VoiceInteraction, state)
                } else {
                    EventBody::Response { correlation: target.correlation.clone(), endpoint, state }
                }
            }
            Ok(Outcome::Accepted { .. }) => {
                let why = "the device cloud answers later, and this network does not wait for it";
                failed(&deferred, Fault::new(ErrorType::InternalError, why))
            }
            Err(fault) => failed(&deferred, fault),
        };
        Ok(answer::send(context, &deferred.user, body).await?)
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

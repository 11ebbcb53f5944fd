//! Hands directives to an API that accepts now and acts later, and answers before it does.

use crate::{DeviceCloud, answer::promise_once, requester::hand_on};
use alexa_patterns::{
    contract,
    message::{DeferredDirective, OpenPromise, Pending, Promise},
};
use net_runtime::{BoxError, Context, Handler};

type Ctx = Context<contract::OptimisticRequester>;

/// Hands a directive to a manufacturer's API, and answers at once with the state that is expected.
///
/// What may not be expected ([`Promise`], [`DeviceCloud::may_be_expected`]) is answered as by the
/// [`Requester`](crate::Requester): when somebody brings the state.
///
/// Who is to look after a promise is told before it is made. A promise is not made twice: a directive that is
/// delivered again finds that it has arrived.
#[derive(Clone, Debug)]
pub struct OptimisticRequester<D> {
    cloud: D,
}

impl<D: DeviceCloud> OptimisticRequester<D> {
    /// The requester of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> OptimisticRequester<D> {
        OptimisticRequester { cloud }
    }

    fn promise(&self, pending: &Pending) -> Option<Promise> {
        let may_be = self.cloud.may_be_expected(&pending.endpoint, &pending.command);
        may_be.then(|| Promise::of(&pending.command, pending.expected.clone())).flatten()
    }
}

impl<D: DeviceCloud> Handler<contract::OptimisticRequester> for OptimisticRequester<D> {
    async fn handle(&self, deferred: DeferredDirective, context: &Ctx) -> Result<(), BoxError> {
        let Some(pending) = hand_on(&self.cloud, &deferred, context).await? else { return Ok(()) };
        let Some(promise) = self.promise(&pending) else { return Ok(()) };
        let open = OpenPromise { device: pending.device.clone(), message: pending.message.clone() };
        context.send(&open).await?;
        // It is as it will be once the device has done it, give or take how long that takes.
        let uncertainty = self.cloud.latency(&pending.command).as_millis();
        let uncertainty = u32::try_from(uncertainty).unwrap_or(u32::MAX);
        promise_once(context, &pending, promise, uncertainty).await?;
        Ok(())
    }
}

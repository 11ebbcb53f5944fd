//! Sees whether what was promised has come true.

use crate::{
    DeviceCloud, User,
    answer::{time_for_the_cloud, waits},
    promise::{Truth, close, settle},
};
use alexa_patterns::{
    contract,
    message::{
        Cause, Connectivity, DeviceCloud as Cloud, ErrorType, OpenPromise, Pending, PendingStatus,
        Property, State,
    },
};
use net_runtime::{BoxError, Context, Handler};

type Ctx = Context<contract::PromiseChecker>;

/// Asks a manufacturer's API what has become of a promise that nobody has confirmed, and tells Alexa the truth:
/// the state that the device is in, or that it cannot be reached.
///
/// Where another promise about the device was made since, that one is looked after.
#[derive(Clone, Debug)]
pub struct PromiseChecker<D> {
    cloud: D,
}

impl<D: DeviceCloud> PromiseChecker<D> {
    /// The checker of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> PromiseChecker<D> {
        PromiseChecker { cloud }
    }

    /// How a device is: what cannot be reached is out of reach.
    async fn state(&self, pending: &Pending, context: &Ctx) -> Result<State, BoxError> {
        let api = context.call::<Cloud>();
        let user = User { account: &pending.user, token: None };
        let time = time_for_the_cloud(context);
        let asked =
            context.retry_within(time, || self.cloud.state(user, &pending.endpoint, &api)).await;
        match asked {
            Ok(state) => Ok(state),
            Err(fault) if fault.error() == ErrorType::EndpointUnreachable => {
                let away = Property::Connectivity(Connectivity::Unreachable);
                Ok(State::at(context.now().into(), [away]))
            }
            Err(fault) => Err(fault.into()),
        }
    }
}

/// Whether a promise may have been made, and nobody has seen what became of it: who made it may have died
/// before writing that it was.
fn is_unseen(pending: &Pending, now: u64) -> bool {
    pending.status == PendingStatus::Promised || waits(pending, now) && !pending.promised.is_empty()
}

impl<D: DeviceCloud> Handler<contract::PromiseChecker> for PromiseChecker<D> {
    async fn handle(&self, open: OpenPromise, context: &Ctx) -> Result<(), BoxError> {
        // Nobody waits for it; what fails comes again.
        let context = &context.without_deadline();
        let now = context.now_milliseconds();
        let known = context.table::<Pending>().query(open.device.as_str()).await?;
        let found = known.iter().find(|pending| pending.message == open.message);
        let Some(pending) = found.filter(|pending| is_unseen(pending, now)) else { return Ok(()) };
        let is_newer = |other: &Pending| other.asked > pending.asked && is_unseen(other, now);
        if known.iter().any(is_newer) {
            return close(context, pending, "DONE").await;
        }
        let state = self.state(pending, context).await?;
        let (changed, unchanged) = if state.is_unreachable() {
            state.split(&[Property::Connectivity(Connectivity::Unreachable).name()])
        } else if pending.status == PendingStatus::Promised {
            (State::new(), state)
        } else {
            // Whether anything was said is not known: then what is so is said.
            state.split(&pending.command.changes())
        };
        settle(context, pending, Truth { changed, unchanged, cause: Cause::PeriodicPoll }).await?;
        // What is not known now will not be known better.
        close(context, pending, "CORRECTED").await
    }
}

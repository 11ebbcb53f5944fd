use crate::{
    contract::{OptimisticRequester, PromiseChecker},
    message::OpenPromise,
    shared::{DEFERRED, DEVICE_CLOUD, PENDING, RESPONDER, RESPONSES},
};
use net_dsl::{brick, prelude::*};

/// Hands directives to an API that accepts now and acts later, answers at once with the state that it expects,
/// and corrects that if it does not come true.
///
/// ```text
/// deferred ─triggers→ optimistic-requester ─reads, writes→ pending ←reads, writes─ responder ─sends→ responses
///                         ├─calls→ device-cloud            ↑
///                         ├─sends→ responses               │reads, writes
///                         └─sends→ promises ─triggers→ promise-checker ─sends→ responses
///                                                          └─calls→ device-cloud
/// ```
///
/// It takes the place of [`async_processor`](crate::async_processor), term for term: what push or poll brings
/// confirms or corrects the answer. What nobody brings in 20 seconds is asked for.
///
/// What must not be believed early is not: a lock is answered when it has locked, as by the async processor,
/// and so is what the manufacturer's `DeviceCloud::may_be_expected` says. [`Promise`](crate::message::Promise)
/// cannot be made of a lock.
pub fn optimistic_processor() -> Network {
    let requester = Function::<OptimisticRequester>::builder()
        .name(name!("optimistic-requester"))
        .code(binary!("alexa-optimistic-requester"))
        .timeout(seconds!(3))
        .build();
    let checker = Function::<PromiseChecker>::builder()
        .name(name!("promise-checker"))
        .code(binary!("alexa-promise-checker"))
        .timeout(seconds!(10))
        .build();
    // Nobody waits for what is checked, so it has a time of its own.
    let promises = Queue::<OpenPromise>::builder()
        .name(name!("promises"))
        .delay(seconds!(20))
        .deadline(minutes!(5))
        .build();

    brick(
        name!("optimistic-processor"),
        DEFERRED.triggers(&requester)
            + requester.calls(&DEVICE_CLOUD)
            + requester.reads(&PENDING)
            + requester.writes(&PENDING)
            + requester.sends_to(&RESPONSES)
            + requester.sends_to(&promises)
            + promises.triggers(&checker)
            + checker.reads(&PENDING)
            + checker.writes(&PENDING)
            + checker.calls(&DEVICE_CLOUD)
            + checker.sends_to(&RESPONSES)
            + RESPONDER.reads(&PENDING)
            + RESPONDER.writes(&PENDING)
            + RESPONDER.sends_to(&RESPONSES),
    )
}

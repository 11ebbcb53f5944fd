use crate::{
    contract::Requester,
    shared::{DEFERRED, DEVICE_CLOUD, PENDING, RESPONDER, RESPONSES},
};
use net_dsl::{brick, prelude::*};

/// Hands directives to an API that accepts now and acts later, and matches the new state with the
/// request once somebody brings it: [`push_gateway`](crate::push_gateway) or
/// [`polling_event_processor`](crate::polling_event_processor).
///
/// ```text
/// deferred ─triggers→ requester ─reads, writes→ pending ←reads, writes─ responder ─sends→ responses
///                         ├─calls→ device-cloud
///                         └─sends→ responses
/// ```
///
/// The requester answers by itself when the API refuses.
pub fn async_processor() -> Network {
    let requester = Function::<Requester>::builder()
        .name(name!("requester"))
        .code(binary!("alexa-requester"))
        .timeout(seconds!(3))
        .build();

    brick(
        name!("async-processor"),
        DEFERRED.triggers(&requester)
            + requester.calls(&DEVICE_CLOUD)
            + requester.reads(&PENDING)
            + requester.writes(&PENDING)
            + requester.sends_to(&RESPONSES)
            + RESPONDER.reads(&PENDING)
            + RESPONDER.writes(&PENDING)
            + RESPONDER.sends_to(&RESPONSES),
    )
}

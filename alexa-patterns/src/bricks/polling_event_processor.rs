use crate::{
    contract::Poller,
    shared::{DEVICE_CLOUD, PENDING, RESPONDER},
};
use net_dsl::{brick, prelude::*};

/// Simulates push where the manufacturer offers none: a clock asks, changes are handed on.
///
/// ```text
/// clock ─triggers→ poller ─sends→ responder
///                    ├─reads→ pending
///                    └─calls→ device-cloud
/// ```
///
/// A schedule ticks once a minute at the most, and an answer is due in seconds: most answers come
/// too late and are reported as changes. The network's check says so.
pub fn polling_event_processor() -> Network {
    let clock = Schedule::builder().name(name!("clock")).rate(minutes!(1)).build();
    let poller = Function::<Poller>::builder()
        .name(name!("poller"))
        .code(binary!("alexa-poller"))
        .timeout(seconds!(30))
        .reserved_concurrency(count!(1))
        .build();

    brick(
        name!("polling-event-processor"),
        clock.triggers(&poller)
            + poller.reads(&PENDING)
            + poller.calls(&DEVICE_CLOUD)
            + poller.sends_to(&RESPONDER),
    )
}

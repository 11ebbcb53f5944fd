use crate::{
    contract::{LookStarter, Watcher},
    message::Look,
    shared::{DEVICE_CLOUD, PENDING, RESPONDER},
};
use net_dsl::{brick, prelude::*, property::lambda::event_source_mapping::FILTER_CRITERIA_FILTERS};
use serde_json::{Value, json};

/// Simulates push where the manufacturer offers none, and asks only while somebody waits: a message that is
/// sent again, with a delay, until the device has done it.
///
/// ```text
/// pending ─triggers→ look-starter ─sends→ looks ─triggers→ watcher ─sends→ responder
///                                           ↑                 ├─sends→ looks
///                                                             ├─reads, writes→ pending
///                                                             └─calls→ device-cloud
/// ```
///
/// It takes the place of [`polling_event_processor`](crate::polling_event_processor), term for term. The table's
/// stream tells it of each new request, so the processor before it need not know of it. A request is looked
/// after every second at first, then less often, and [`Look::MOST`] times at the most; at rest nothing runs.
pub fn waiting_poll() -> Network {
    let looks = Queue::<Look>::builder().name(name!("looks")).build();
    let starter = Function::<LookStarter>::builder()
        .name(name!("look-starter"))
        .code(binary!("alexa-look-starter"))
        .timeout(seconds!(3))
        .build();
    let watcher = Function::<Watcher>::builder()
        .name(name!("watcher"))
        .code(binary!("alexa-watcher"))
        .timeout(seconds!(3))
        .turns(count!(Look::MOST))
        .build();

    brick(
        name!("waiting-poll"),
        PENDING.stream().triggers(&starter).set(FILTER_CRITERIA_FILTERS, new_items())
            + starter.sends_to(&looks)
            + looks.triggers(&watcher)
            + watcher.sends_to(&looks)
            + watcher.reads(&PENDING)
            + watcher.writes(&PENDING)
            + watcher.calls(&DEVICE_CLOUD)
            + watcher.sends_to(&RESPONDER)
            + net_dsl::accept(name!("deferred"), "N403", RUNS_END_IN_TIME),
    )
}

/// A request that is new, and none of the writes that follow it: Lambda is not started for those.
pub(super) fn new_items() -> Value {
    json!([{ "Pattern": json!({ "eventName": ["INSERT"] }).to_string() }])
}

/// Why timeouts may be longer together than the time there is.
pub(super) const RUNS_END_IN_TIME: &str = "each run ends at the request's deadline, whatever its timeout, and what \
    is found out later is reported as a change";

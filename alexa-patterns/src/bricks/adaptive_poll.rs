use super::waiting_poll::{RUNS_END_IN_TIME, new_items};
use crate::{
    contract::{AdaptiveLookStarter, AdaptiveWatcher},
    message::{Habit, Look},
    shared::{DEVICE_CLOUD, PENDING, RESPONDER},
};
use net_dsl::{brick, prelude::*, property::lambda::event_source_mapping::FILTER_CRITERIA_FILTERS};

/// [`waiting_poll`](crate::waiting_poll), which learns how long each device takes and asks for the first time
/// when it is mostly done.
///
/// ```text
/// pending ─triggers→ adaptive-look-starter ─sends→ adaptive-looks ─triggers→ adaptive-watcher ─sends→ responder
///                              └─reads→ habits             ↑                    ├─sends→ adaptive-looks
///                                                                               ├─reads, writes→ pending, habits
///                                                                               └─calls→ device-cloud
/// ```
///
/// It asks a manufacturer less for the same answers: of a device that takes four seconds, once or twice instead
/// of four times.
pub fn adaptive_poll() -> Network {
    let looks = Queue::<Look>::builder().name(name!("adaptive-looks")).build();
    // What is forgotten is learnt again.
    let habits = Table::<Habit>::builder()
        .name(name!("habits"))
        .removal(Removal::Delete)
        .point_in_time_recovery(false)
        .build();
    let starter = Function::<AdaptiveLookStarter>::builder()
        .name(name!("adaptive-look-starter"))
        .code(binary!("alexa-adaptive-look-starter"))
        .timeout(seconds!(3))
        .build();
    let watcher = Function::<AdaptiveWatcher>::builder()
        .name(name!("adaptive-watcher"))
        .code(binary!("alexa-adaptive-watcher"))
        .timeout(seconds!(3))
        .turns(count!(Look::MOST))
        .build();

    brick(
        name!("adaptive-poll"),
        PENDING.stream().triggers(&starter).set(FILTER_CRITERIA_FILTERS, new_items())
            + starter.reads(&habits)
            + starter.sends_to(&looks)
            + looks.triggers(&watcher)
            + watcher.sends_to(&looks)
            + watcher.reads(&PENDING)
            + watcher.writes(&PENDING)
            + watcher.reads(&habits)
            + watcher.writes(&habits)
            + watcher.calls(&DEVICE_CLOUD)
            + watcher.sends_to(&RESPONDER)
            + net_dsl::accept(name!("deferred"), "N403", RUNS_END_IN_TIME),
    )
}

use crate::{
    contract::SyncProcessor,
    shared::{DEFERRED, DEVICE_CLOUD, RESPONSES},
};
use net_dsl::{brick, prelude::*};

/// Carries out directives by an API that answers with the new state.
///
/// ```text
/// deferred ─triggers→ sync-processor ─sends→ responses
///                           └─calls→ device-cloud
/// ```
pub fn sync_processor() -> Network {
    let processor = Function::<SyncProcessor>::builder()
        .name(name!("sync-processor"))
        .code(binary!("alexa-sync-processor"))
        .timeout(seconds!(3))
        .build();

    brick(
        name!("sync-processor"),
        DEFERRED.triggers(&processor)
            + processor.calls(&DEVICE_CLOUD)
            + processor.sends_to(&RESPONSES),
    )
}

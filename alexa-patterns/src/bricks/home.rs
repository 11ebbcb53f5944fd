//! Grants that are kept on a hub in the user's home, instead of in a table.

use crate::{
    contract::{HomeDispatcher, HomeEntrypoint},
    message::Directive,
    shared::{
        ALEXA_GATEWAY, DEFERRED, DEVICE_CLOUD, GRANT_HUB, LOGIN_WITH_AMAZON, RESPONSES, SENT,
    },
};
use net_dsl::{brick, prelude::*};

/// The [`entrypoint`](crate::entrypoint) of a skill whose grants are kept at home.
///
/// ```text
/// alexa ─triggers→ entrypoint ─sends→ deferred
///                      ├─calls→ grant-hub
///                      ├─calls→ device-cloud
///                      └─calls→ login-with-amazon
/// ```
///
/// Where a hub is away, what would be deferred is answered at once: nothing could be sent to Alexa later.
pub fn entrypoint_at_home() -> Network {
    let alexa =
        AlexaSkill::<Directive>::builder().name(name!("alexa")).deadline(seconds!(8)).build();
    let entrypoint = Function::<HomeEntrypoint>::builder()
        .name(name!("entrypoint"))
        .code(binary!("alexa-home-entrypoint"))
        .timeout(seconds!(8))
        .build();

    brick(
        name!("entrypoint-at-home"),
        alexa.triggers(&entrypoint)
            + entrypoint.sends_to(&DEFERRED)
            + entrypoint.calls(&GRANT_HUB)
            + entrypoint.calls(&DEVICE_CLOUD)
            + entrypoint.calls(&LOGIN_WITH_AMAZON),
    )
}

/// The [`dispatcher`](crate::dispatcher) of a skill whose grants are kept at home.
///
/// ```text
/// responses ─triggers→ dispatcher ─calls→ alexa-gateway
///                          ├─calls→ login-with-amazon
///                          ├─writes→ sent
///                          └─calls→ grant-hub
/// ```
pub fn dispatcher_at_home() -> Network {
    let dispatcher = Function::<HomeDispatcher>::builder()
        .name(name!("dispatcher"))
        .code(binary!("alexa-home-dispatcher"))
        .timeout(seconds!(3))
        .build();

    brick(
        name!("dispatcher-at-home"),
        RESPONSES.triggers(&dispatcher)
            + dispatcher.calls(&GRANT_HUB)
            + dispatcher.writes(&SENT)
            + dispatcher.calls(&LOGIN_WITH_AMAZON)
            + dispatcher.calls(&ALEXA_GATEWAY),
    )
}

use crate::{
    contract::Entrypoint,
    message::Directive,
    shared::{DEFERRED, DEVICE_CLOUD, GRANTS, LOGIN_WITH_AMAZON},
};
use net_dsl::{brick, prelude::*};

/// Answers discovery, state reports and grants at once, and defers everything else.
///
/// ```text
/// alexa ─triggers→ entrypoint ─sends→ deferred
///                      ├─reads, writes→ grants
///                      ├─calls→ device-cloud
///                      └─calls→ login-with-amazon
/// ```
///
/// Alexa waits 8 seconds for it, the code's timeout. An authorization code is good for one exchange
/// within minutes, so it is this function that redeems it, when AcceptGrant arrives, and not the
/// dispatcher later.
pub fn entrypoint() -> Network {
    let alexa =
        AlexaSkill::<Directive>::builder().name(name!("alexa")).deadline(seconds!(8)).build();
    let entrypoint = Function::<Entrypoint>::builder()
        .name(name!("entrypoint"))
        .code(binary!("alexa-entrypoint"))
        .timeout(seconds!(8))
        .build();

    brick(
        name!("entrypoint"),
        alexa.triggers(&entrypoint)
            + entrypoint.sends_to(&DEFERRED)
            + entrypoint.reads(&GRANTS)
            + entrypoint.writes(&GRANTS)
            + entrypoint.calls(&DEVICE_CLOUD)
            + entrypoint.calls(&LOGIN_WITH_AMAZON),
    )
}

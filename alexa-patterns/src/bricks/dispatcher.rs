use crate::{
    contract::Dispatcher,
    shared::{ALEXA_GATEWAY, GRANTS, LOGIN_WITH_AMAZON, RESPONSES, SENT},
};
use net_dsl::{brick, prelude::*};

/// Takes events to Alexa's event gateway, in time and authorised.
///
/// ```text
/// responses ─triggers→ dispatcher ─calls→ alexa-gateway
///                          ├─calls→ login-with-amazon
///                          ├─reads, writes→ grants
///                          └─writes→ sent
/// ```
pub fn dispatcher() -> Network {
    let dispatcher = Function::<Dispatcher>::builder()
        .name(name!("dispatcher"))
        .code(binary!("alexa-dispatcher"))
        .timeout(seconds!(3))
        .build();

    brick(
        name!("dispatcher"),
        RESPONSES.triggers(&dispatcher)
            + dispatcher.reads(&GRANTS)
            + dispatcher.writes(&GRANTS)
            + dispatcher.writes(&SENT)
            + dispatcher.calls(&LOGIN_WITH_AMAZON)
            + dispatcher.calls(&ALEXA_GATEWAY),
    )
}

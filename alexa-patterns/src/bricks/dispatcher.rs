use crate::{
    contract::Dispatcher,
    shared::{ALEXA_GATEWAY, GRANTS, LOGIN_WITH_AMAZON, RESPONSES},
};
use net_dsl::{brick, prelude::*};

/// Takes events to Alexa's event gateway, in time and authorised.
///
/// ```text
/// responses ─triggers→ dispatcher ─calls→ alexa-gateway
///                          ├─calls→ login-with-amazon
///                          └─reads, writes→ grants
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
            + dispatcher.calls(&LOGIN_WITH_AMAZON)
            + dispatcher.calls(&ALEXA_GATEWAY),
    )
}

use crate::{
    contract::Receiver,
    message::DevicePush,
    shared::{DEVICE_CLOUD, REPORTS_CHANGES, RESPONDER},
};
use net_dsl::{brick, prelude::*};

/// Takes new states that the manufacturer pushes.
///
/// ```text
/// push-gateway ─POST /push→ receiver ─sends→ responder
///                               └─calls→ device-cloud
/// ```
///
/// Anybody can post to a public route, so the receiver hands on only what is signed with the
/// device cloud's secret.
///
/// Where changes are pushed, the entrypoint says in discovery that they are reported: this brick sets
/// its variable [`REPORTS_CHANGES`](crate::shared::REPORTS_CHANGES). A network without it reports what
/// directives have done and nothing else, and says so.
pub fn push_gateway() -> Network {
    let gateway = HttpApi::builder().name(name!("push-gateway")).build();
    let receiver = Function::<Receiver>::builder()
        .name(name!("receiver"))
        .code(binary!("alexa-receiver"))
        .timeout(seconds!(5))
        .build();

    brick(
        name!("push-gateway"),
        gateway.routes(route!(POST "/push" => DevicePush), &receiver)
            + receiver.calls(&DEVICE_CLOUD)
            + receiver.sends_to(&RESPONDER),
    ) + net_dsl::set_variable(name!("entrypoint"), variable!(REPORTS_CHANGES, "true"))
}

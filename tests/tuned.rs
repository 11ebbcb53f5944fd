//! A network of the case study whose entrypoint has more memory: configuration is one more brick.
//!
//! Which network, the environment says; deployments in tests differ by this much.

#[expect(unreachable_pub, reason = "for net-tests it is a public module")]
#[path = "support/networks.rs"]
mod networks;

use alexa_patterns::contract::Entrypoint;
use net_dsl::prelude::*;
use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted = std::env::var("NETWORK").unwrap_or_default();
    let mut networks = networks::examples().into_iter();
    let Some((_, network)) = networks.find(|(name, _)| name.to_string() == wanted) else {
        return ExitCode::FAILURE;
    };
    let larger =
        Function::<Entrypoint>::builder().name(name!("entrypoint")).memory(mebibytes!(512)).build();
    // The network keeps its name, or its stack would be the stack of another.
    net_synth::run(&wanted, network + &larger)
}

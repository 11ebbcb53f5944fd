//! A network of the case study whose entrypoint has more memory: configuration is one more brick.
//!
//! Which network, the environment says; deployments in tests differ by this much.

use alexa_patterns::{contract::Entrypoint, *};
use net_dsl::prelude::*;
use std::process::ExitCode;

fn main() -> ExitCode {
    let name = std::env::var("NETWORK").unwrap_or_default();
    let network = match name.as_str() {
        "sync-api" => entrypoint() + sync_processor() + dispatcher(),
        "async-push" => entrypoint() + async_processor() + push_gateway() + dispatcher(),
        _ => entrypoint() + async_processor() + polling_event_processor() + dispatcher(),
    };
    let larger =
        Function::<Entrypoint>::builder().name(name!("entrypoint")).memory(mebibytes!(512)).build();
    net_synth::run("tuned", network + &larger)
}

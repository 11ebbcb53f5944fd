//! An API that accepts a request and has to be asked again.

use alexa_patterns::{async_processor, dispatcher, entrypoint, polling_event_processor};
use std::process::ExitCode;

fn main() -> ExitCode {
    net_synth::run(
        "async-polling",
        entrypoint() + async_processor() + polling_event_processor() + dispatcher(),
    )
}

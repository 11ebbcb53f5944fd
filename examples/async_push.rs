//! An API that accepts a request and pushes the new state later.

use alexa_patterns::{async_processor, dispatcher, entrypoint, push_gateway};
use std::process::ExitCode;

fn main() -> ExitCode {
    net_synth::run("async-push", entrypoint() + async_processor() + push_gateway() + dispatcher())
}

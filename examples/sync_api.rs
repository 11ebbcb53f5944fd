//! An API that answers with the new state.

use alexa_patterns::{dispatcher, entrypoint, sync_processor};
use std::process::ExitCode;

fn main() -> ExitCode {
    net_synth::run("sync-api", entrypoint() + sync_processor() + dispatcher())
}

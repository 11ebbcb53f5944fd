//! The function `adaptive-watcher` of a skill for Acme's devices.

use alexa_handlers::{acme::Acme, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run::adaptive_watcher(Acme)
}

//! The function `optimistic-requester` of a skill for Acme's devices.

use alexa_handlers::{acme::Acme, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run::optimistic_requester(Acme)
}

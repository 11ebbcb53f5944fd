//! The function `promise-checker` of a skill for Acme's devices.

use alexa_handlers::{acme::Acme, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run::promise_checker(Acme)
}

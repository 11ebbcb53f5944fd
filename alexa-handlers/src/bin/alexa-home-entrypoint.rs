//! The function `entrypoint` of a skill for Acme's devices whose grants are kept at home.

use alexa_handlers::{acme::Acme, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run::home_entrypoint(Acme)
}

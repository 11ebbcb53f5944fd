//! The function `look-starter` of a skill, whoever makes the devices.

use alexa_handlers::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    run::look_starter()
}

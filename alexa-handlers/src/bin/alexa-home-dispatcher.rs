//! The function `dispatcher` of a skill whose grants are kept at home, whoever makes the devices.

use alexa_handlers::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    run::home_dispatcher()
}

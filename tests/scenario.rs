//! A sum of the case study's bricks, whose name the environment says: for tests that deploy all of them.

use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted = std::env::var("NETWORK").unwrap_or_default();
    let mut scenarios = alexa_patterns::scenarios().into_iter();
    match scenarios.find(|scenario| scenario.name.to_string() == wanted) {
        Some(scenario) => net_synth::run(&wanted, scenario.network),
        None => ExitCode::FAILURE,
    }
}

//! Checks the restaurant's network and writes its template and diagrams.

use restaurant::network::restaurant;
use std::process::ExitCode;

fn main() -> ExitCode {
    net_synth::run("restaurant", restaurant())
}

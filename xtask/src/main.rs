//! What one does in this repository: `cargo xtask demo`, `cargo xtask ci`.

use clap::{Parser, builder::PossibleValuesParser};
use std::{ffi::OsString, process::ExitCode};
use xtask::{ci, demo};

/// What one does in this repository
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
enum Task {
    /// Deploys a skill's back end to an emulator of AWS on this machine, says "turn on the kitchen
    /// light", and shows the answer arriving
    Demo {
        /// The example that is deployed
        #[arg(default_value = "async_polling", value_parser = PossibleValuesParser::new(demo::NETWORKS))]
        network: String,
    },
    /// Everything that has to hold before a change lands: both tiers of tests, formatting, clippy,
    /// documentation, dependencies
    Ci,
    /// `synth`, as this workspace has it
    Synth,
}

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    // The demo deploys as a user does, by a process that is `synth` and nothing else.
    if arguments.get(1).is_some_and(|first| first == "synth") {
        arguments.remove(0);
        return cargo_synth::run(arguments);
    }
    match Task::parse() {
        Task::Demo { network } => demo::run(&network),
        Task::Ci => ci::run_all(),
        // It was looked for above.
        Task::Synth => ExitCode::FAILURE,
    }
}

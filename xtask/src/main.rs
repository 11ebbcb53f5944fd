//! What one does in this repository: `cargo xtask demo`, `cargo xtask ci`.

use clap::{Arg, Command, builder::PossibleValuesParser};
use std::{ffi::OsString, process::ExitCode};
use xtask::{ci, demo};

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    // The demo deploys as a user does, by a process that is `synth` and nothing else.
    if arguments.get(1).is_some_and(|first| first == "synth") {
        arguments.remove(0);
        return cargo_synth::run(arguments);
    }
    let matches = command().get_matches_from(arguments);
    match matches.subcommand() {
        Some(("demo", found)) => {
            let network =
                found.get_one::<String>("network").map_or("async_polling", String::as_str);
            demo::run(network)
        }
        Some(("ci", _)) => ci::run_all(),
        _ => ExitCode::FAILURE,
    }
}

fn command() -> Command {
    let network = Arg::new("network")
        .value_name("NETWORK")
        .value_parser(PossibleValuesParser::new(demo::NETWORKS))
        .help("The example that is deployed [default: async_polling]");
    Command::new("xtask")
        .bin_name("cargo xtask")
        .about("What one does in this repository")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("demo")
                .about(
                    "Deploys a skill's back end to an emulator of AWS on this machine, says \"turn on \
                     the kitchen light\", and shows the answer arriving",
                )
                .arg(network),
        )
        .subcommand(Command::new("ci").about(
            "Everything that has to hold before a change lands: both tiers of tests, formatting, \
             clippy, documentation, dependencies",
        ))
        .subcommand(Command::new("synth").about("`synth`, as this workspace has it"))
}

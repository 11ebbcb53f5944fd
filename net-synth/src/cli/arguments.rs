//! What the command line may say.

use clap::{Arg, ArgAction, Command as Clap, ValueHint, builder::PossibleValuesParser};
use net_dsl::{Architecture, Name};
use std::{ffi::OsString, path::PathBuf};

pub(super) struct Request {
    pub(super) command: Command,
    /// Whether a machine reads the answer.
    pub(super) json: bool,
}

pub(super) enum Command {
    Synthesise { folder: PathBuf, packages: Option<PathBuf>, architecture: Option<Architecture> },
    Check { terraform: bool },
    Diff { against: PathBuf },
    Graph { notation: Notation, file: Option<PathBuf> },
    Explain { code: Option<String> },
    Answer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    Mermaid,
    Dot,
    Svg,
    Json,
}

pub(super) fn parse(
    name: &Name,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Request, clap::Error> {
    let default_folder = PathBuf::from("target/synth").join(name.id().as_str());
    let matches = command(name, &default_folder).try_get_matches_from(arguments)?;
    let text = |matches: &clap::ArgMatches, id| matches.get_one::<String>(id).cloned();
    let path = |matches: &clap::ArgMatches| matches.get_one::<PathBuf>("out").cloned();
    let (command, format) = match matches.subcommand() {
        Some(("check", found)) => {
            let terraform = found.get_flag("terraform");
            (Command::Check { terraform }, text(found, "format"))
        }
        Some(("diff", found)) => {
            let against = found.get_one::<PathBuf>("against").cloned().unwrap_or_default();
            (Command::Diff { against }, text(found, "format"))
        }
        Some(("graph", found)) => {
            let notation = match text(found, "format").as_deref() {
                Some("dot") => Notation::Dot,
                Some("svg") => Notation::Svg,
                Some("json") => Notation::Json,
                _ => Notation::Mermaid,
            };
            (Command::Graph { notation, file: path(found) }, None)
        }
        Some(("answer", _)) => (Command::Answer, None),
        Some(("explain", found)) => (Command::Explain { code: text(found, "code") }, None),
        _ => {
            let folder = path(&matches).unwrap_or(default_folder);
            let packages = matches.get_one::<PathBuf>("packages").cloned();
            let architecture =
                text(&matches, "architecture").and_then(|name| Architecture::parse(&name));
            let synthesise = Command::Synthesise { folder, packages, architecture };
            (synthesise, text(&matches, "format"))
        }
    };
    Ok(Request { command, json: format.as_deref() == Some("json") })
}

fn command(name: &Name, default_folder: &std::path::Path) -> Clap {
    let out = |help: String| {
        Arg::new("out")
            .long("out")
            .value_name("PATH")
            .value_hint(ValueHint::AnyPath)
            .value_parser(clap::value_parser!(PathBuf))
            .help(help)
    };
    let format = |values: &'static [&'static str], help: &'static str| {
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(PossibleValuesParser::new(values))
            .default_value(values[0])
            .help(help)
    };
    Clap::new("synth")
        .bin_name(name.id().as_str())
        .about(format!(
            "The serverless network {name}. Without a command: checks it and writes its template, \
             its diagrams and network.json."
        ))
        .after_help(
            "Exit status: 0 if all went well, 1 if the network has errors or a file could not be \
             read or written, 2 if the arguments make no sense; from `diff` also 3 and 4.\n\
             With cargo, arguments come after `--`: cargo run --example NAME -- check",
        )
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .arg(out(format!("Folder for the files [default: {}]", default_folder.display())))
        .arg(format(&["text", "json"], "How to report what was done"))
        .arg(
            Arg::new("packages")
                .long("packages")
                .value_name("FILE")
                .value_hint(ValueHint::FilePath)
                .value_parser(clap::value_parser!(PathBuf))
                .help(
                    "Where functions' packages lie in the bucket: a JSON object, function to key \
                     [default: BINARY.zip]",
                ),
        )
        .arg(
            Arg::new("architecture")
                .long("architecture")
                .value_name("NAME")
                .value_parser(PossibleValuesParser::new(["arm64", "x86_64"]))
                .help("The processor of every function [default: as the network says]"),
        )
        .subcommand(
            Clap::new("check")
                .about("Checks the network and writes nothing")
                .arg(
                    Arg::new("terraform")
                        .long("terraform")
                        .action(ArgAction::SetTrue)
                        .help("Also finds what Terraform would refuse of main.tf.json"),
                )
                .arg(format(&["text", "json"], "How to report findings")),
        )
        .subcommand(
            Clap::new("diff")
                .about("Tells what deploying the network would change")
                .arg(
                    Arg::new("against")
                        .long("against")
                        .value_name("FILE")
                        .value_hint(ValueHint::FilePath)
                        .value_parser(clap::value_parser!(PathBuf))
                        .required(true)
                        .help("An earlier network.json, or a CloudFormation template in JSON"),
                )
                .arg(format(&["text", "json"], "How to report differences"))
                .after_help(
                    "Exit status: 0 if there is no difference, 3 if there are differences, 4 if \
                     queues, tables or raw resources lose with them what they hold; 1 and 2 as \
                     always.",
                ),
        )
        .subcommand(
            Clap::new("graph")
                .about("Draws the network")
                .arg(out("File for the diagram [default: standard output]".to_owned()))
                .arg(format(
                    &["mermaid", "dot", "svg", "json"],
                    "Notation: a diagram, or the network itself as in network.json",
                )),
        )
        .subcommand(
            Clap::new("explain")
                .about("Explains a finding's code, or lists all codes")
                .arg(Arg::new("code").value_name("CODE").help("A code, as in N201")),
        )
        .subcommand(Clap::new("answer").about("Answers what `synth` asks").hide(true))
}

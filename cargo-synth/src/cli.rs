//! The command line of `synth`.

use crate::{
    build::{self, Profile},
    cloud::Account,
    deploy::{self, Agreed, Ask, Deploy, Given},
    destroy::{self, Destroy},
    dev::{self, Dev},
    diff::{self, Compare},
    error::{Error, Result},
    folder::Processor,
    program::Program,
    progress,
    selection::Selection,
    synthesise, watch,
};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, builder::PossibleValuesParser};
use std::{
    ffi::OsString,
    future::Future,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

const SUCCEEDED: u8 = 0;
const FAILED: u8 = 1;
const MISUSED: u8 = 2;
const DECLINED: u8 = 3;
const INTERRUPTED: u8 = 130;

/// Does what the arguments say, the program's name first.
///
/// The exit code is 0 if all went well, 1 if not, 2 if the arguments make no sense, 3 if somebody
/// was asked and said no, and 130 if it was interrupted. From `diff`, 3 is that there are
/// differences, and 4 that data is lost with them.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        // Help and version are errors to clap, and not to anybody else.
        Err(answer) => {
            let text = answer.render().ansi().to_string();
            // Nobody listens: nothing is left to do.
            let _ = if answer.use_stderr() {
                anstream::stderr().write_all(text.as_bytes())
            } else {
                anstream::stdout().write_all(text.as_bytes())
            };
            return ExitCode::from(if answer.use_stderr() { MISUSED } else { SUCCEEDED });
        }
    };
    let mut out = anstream::stdout();
    ExitCode::from(act(&matches, &mut out).unwrap_or_else(|error| {
        let _ = write!(anstream::stderr(), "{error}");
        FAILED
    }))
}

fn act(matches: &ArgMatches, out: &mut dyn io::Write) -> Result<u8> {
    let written = |error: io::Error| Error::new(format!("cannot write: {error}"));
    match matches.subcommand() {
        Some(("build", found)) => {
            let mut program = Program::start(selection(found))?;
            let built = build::run(&mut program, path(found, "out").as_deref())?;
            build::report(&built, out).map_err(written)?;
            Ok(SUCCEEDED)
        }
        Some(("deploy", found)) => {
            let wish = deployment(found, ask(found))?;
            let work = async { deploy::deploy(&wish, out).await.map(agreed) };
            wait(work, "what AWS has begun goes on; `synth deploy` again carries on from there")
        }
        Some(("destroy", found)) => {
            let wish = Destroy {
                selection: selection(found),
                account: account(found),
                stack: text(found, "stack-name"),
                ask: ask(found),
                delete_tables: found.get_flag("delete-tables"),
                adopt: found.get_flag("adopt"),
            };
            let work = async { destroy::destroy(wish, out).await.map(agreed) };
            wait(work, "what AWS has begun goes on; `synth destroy` again carries on from there")
        }
        Some(("watch", found)) => {
            let mut wish = deployment(found, Ask::Never)?;
            if !found.get_flag("release") {
                wish.selection.profile = Profile::Development;
            }
            let work = async { match watch::watch(wish, out).await? {} };
            wait(work, "the stack stays, and what AWS has begun goes on")
        }
        Some(("dev", found)) => {
            let wish = Dev {
                selection: selection(found),
                fresh: found.get_flag("fresh"),
                release: found.get_flag("release"),
                json: found.get_flag("json"),
                target: path(found, "target-dir"),
                port: found.get_one("port").copied().unwrap_or(dev::PORT),
                services: dev::services(
                    found.get_many("service").into_iter().flatten(),
                    found.get_many("double").into_iter().flatten(),
                )?,
            };
            let work = async { match dev::dev(wish).await? {} };
            wait(work, "what it holds is kept; the same command goes on with it")
        }
        Some(("diff", found)) => {
            let wish = Compare {
                selection: selection(found),
                out: path(found, "out"),
                account: account(found),
                stack: text(found, "stack-name"),
                against: path(found, "against"),
                json: text(found, "format").as_deref() == Some("json"),
            };
            wait(diff::diff(wish, out), "nothing was compared, and nothing was changed")
        }
        _ => {
            let mut program = Program::start(selection(matches))?;
            let (built, files) =
                synthesise::synthesise(&mut program, path(matches, "out").as_deref())?;
            for file in files {
                let weight = std::fs::metadata(&file).map_or(0, |metadata| metadata.len());
                let weight = progress::size(weight);
                writeln!(out, "  {weight:>8}  {}", file.display()).map_err(written)?;
            }
            build::report(&built, out).map_err(written)?;
            Ok(SUCCEEDED)
        }
    }
}

fn deployment(matches: &ArgMatches, ask: Ask) -> Result<Deploy> {
    Ok(Deploy {
        selection: selection(matches),
        out: path(matches, "out"),
        account: account(matches),
        stack: text(matches, "stack-name"),
        bucket: text(matches, "bucket"),
        given: Given::new(
            matches.get_many("parameter").into_iter().flatten(),
            path(matches, "parameters").as_deref(),
        )?,
        agreed: Agreed {
            ask,
            adopt: matches.get_flag("adopt"),
            data_loss: matches.get_flag("allow-data-loss"),
            leave_data: matches.get_flag("leave-data"),
        },
        code_alone: false,
    })
}

fn agreed(agreed: bool) -> u8 {
    if agreed { SUCCEEDED } else { DECLINED }
}

/// Waits for AWS, or for somebody who has had enough of waiting and is told what that means.
fn wait(work: impl Future<Output = Result<u8>>, interrupted: &str) -> Result<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(format!("nothing could be started: {error}")))?;
    let done = runtime.block_on(async {
        tokio::select! {
            // Heard from the beginning, and before whatever it ended too.
            biased;
            Ok(()) = tokio::signal::ctrl_c() => {
                let _ = writeln!(anstream::stderr(), "\ninterrupted: {interrupted}");
                Ok(INTERRUPTED)
            }
            done = work => done,
        }
    });
    // A compiler, or a question nobody answers, is not waited for.
    runtime.shutdown_background();
    done
}

fn text(matches: &ArgMatches, id: &str) -> Option<String> {
    matches.get_one::<String>(id).cloned()
}

fn path(matches: &ArgMatches, id: &str) -> Option<PathBuf> {
    matches.get_one::<PathBuf>(id).cloned()
}

fn selection(matches: &ArgMatches) -> Selection {
    // Not every command has it.
    let processor = matches.try_get_one::<String>("architecture").ok().flatten();
    Selection {
        manifest_path: path(matches, "manifest-path"),
        package: text(matches, "package"),
        bin: text(matches, "bin"),
        example: text(matches, "example"),
        processor: processor.and_then(|name| Processor::parse(name)),
        profile: Profile::default(),
        said: None,
    }
}

fn account(matches: &ArgMatches) -> Account {
    Account {
        profile: text(matches, "profile"),
        region: text(matches, "region"),
        endpoint: text(matches, "endpoint-url"),
    }
}

fn ask(matches: &ArgMatches) -> Ask {
    if matches.get_flag("yes") { Ask::Never } else { Ask::First }
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// A name as CloudFormation takes it (API reference, `CreateStack`), or a stack's ARN.
fn stack_name(name: &str) -> std::result::Result<String, String> {
    let is_name = name.len() <= 128
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let what = "a stack's name is up to 128 letters, digits and hyphens, a letter first";
    if is_name || name.starts_with("arn:") { Ok(name.to_owned()) } else { Err(what.to_owned()) }
}

/// A name as S3 takes it (user guide, "General purpose bucket naming rules").
fn bucket_name(name: &str) -> std::result::Result<String, String> {
    let is_edge = |edge: char| edge.is_ascii_lowercase() || edge.is_ascii_digit();
    let is_name = (3..=63).contains(&name.len())
        && name.starts_with(is_edge)
        && name.ends_with(is_edge)
        && name.chars().all(|letter| is_edge(letter) || "-.".contains(letter));
    let what = "a bucket's name is 3 to 63 lower-case letters, digits, dots and hyphens";
    if is_name { Ok(name.to_owned()) } else { Err(what.to_owned()) }
}

fn file(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    option(name, value, help)
        .value_hint(ValueHint::AnyPath)
        .value_parser(clap::value_parser!(PathBuf))
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// Which program declares the network, as for `cargo run`.
fn program_arguments(command: Command) -> Command {
    command.next_help_heading("The program that declares the network, as for `cargo run`").args([
        option("example", "NAME", "An example of the package").conflicts_with("bin"),
        option("bin", "NAME", "A binary of the package"),
        option("package", "NAME", "A package of the workspace").short('p'),
        file("manifest-path", "PATH", "The package's Cargo.toml"),
    ])
}

fn build_arguments(command: Command) -> Command {
    program_arguments(command).next_help_heading("What is made").args([
        file("out", "PATH", "The folder for files [default: target/synth/NETWORK]"),
        option(
            "architecture",
            "NAME",
            "The processor of every function, whatever the network says",
        )
        .value_parser(PossibleValuesParser::new(["arm64", "x86_64"])),
    ])
}

fn account_arguments(command: Command) -> Command {
    command.next_help_heading("Where").args([
        option("stack-name", "NAME", "The stack [default: the network's name]")
            .value_parser(stack_name),
        option("profile", "NAME", "A profile of ~/.aws/config [default: AWS_PROFILE]"),
        option("region", "NAME", "The region [default: AWS_REGION, or the profile's]"),
        option("endpoint-url", "URL", "What answers in AWS's place [default: AWS_ENDPOINT_URL]"),
    ])
}

fn deploy_arguments(command: Command) -> Command {
    account_arguments(build_arguments(command)).next_help_heading("What is deployed").args([
        option("parameter", "NAME=VALUE", "A parameter of the stack; again for more")
            .action(ArgAction::Append),
        file("parameters", "FILE", "Parameters as a JSON object, name to value"),
        option(
            "bucket",
            "NAME",
            "The bucket for packages, made if missing [default: the stack's, or \
             synth-ACCOUNT-REGION]",
        )
        .value_parser(bucket_name),
        flag("allow-data-loss", "Deletes or replaces queues and tables with what is in them"),
        flag(
            "leave-data",
            "Leaves tables behind, outside the stack and out of the network's reach, as when one is \
             renamed",
        ),
        flag("adopt", "Takes over a stack that is not this network's; what would go is shown"),
    ])
}

const PARAMETERS: &str = "\
    Parameters are taken from --parameter, then from variables SYNTH_PARAMETER_NAME, then from \
    the file; what was given once the stack keeps. Values are never printed.";

fn command() -> Command {
    let synth = build_arguments(
        Command::new("synth")
            .bin_name("synth")
            .version(env!("CARGO_PKG_VERSION"))
            .about(
                "From a serverless network to a running stack. Without a command: checks the \
                 network, builds its functions, and writes everything a deployment needs.",
            )
            .after_help(
                "In a package whose `main` ends in `net_synth::run(\"name\", network)`:\n  \
                 synth            see what would be deployed, in target/synth/NAME\n  \
                 synth dev        run it on this machine\n  \
                 synth diff       see what that would change of what is deployed\n  \
                 synth deploy     deploy it\n  \
                 synth watch      keep it deployed while you write it\n  \
                 synth destroy    and away again\n\n\
                 The program answers questions by itself, as in `cargo run -- check`: check, graph, \
                 explain CODE.\n\n\
                 Exit status: 0 done, 1 not done, 2 the arguments make no sense, 3 you said no, \
                 130 interrupted. From `diff`: 3 there are differences, 4 and data is lost with \
                 them.",
            )
            .args_conflicts_with_subcommands(true)
            .disable_help_subcommand(true),
    );
    let build = build_arguments(
        Command::new("build")
            .about("Builds the packages of the network's functions, and writes nothing else")
            .after_help(
                "The binaries that functions name, as in `binary!(\"cook\")`, are found in the \
                 workspace by name, compiled for Lambda by one run of cargo under the profile \
                 `lambda`, and packaged under names that are hashes of their bytes.\n\n\
                 Example: synth build --example async_polling",
            ),
    );
    let diff = account_arguments(build_arguments(
        Command::new("diff").about("Builds, and tells what deploying would change"),
    ))
    .mut_arg("out", |out| out.help("The folder for files, which are not kept without"))
    .next_help_heading("What is compared")
    .args([
        file(
            "against",
            "FILE",
            "A template in JSON, or an earlier network.json [default: the deployed stack]",
        ),
        option("format", "FORMAT", "How to report differences")
            .value_parser(PossibleValuesParser::new(["text", "json"]))
            .default_value("text"),
    ])
    .after_help(
        "Nothing is changed. A template says which code its functions have, so that changed code \
         shows as another package. A network.json says nothing of code: nothing is built for it, \
         and the network's program compares by itself.\n\n\
         Exit status: 0 if there is no difference, 3 if there are differences, 4 if queues, tables \
         or raw resources lose with them what they hold; 1 and 2 as always.\n\n\
         Example: synth diff --example async_polling --region eu-west-1\n         \
         synth diff --example async_polling --against released/template.json --format json",
    );
    let deploy = deploy_arguments(
        Command::new("deploy")
            .about("Builds, uploads what is new, shows what would change, asks, and applies it"),
    )
    .arg(flag("yes", "Applies without asking, or where nobody can be asked").short('y'))
    .after_help(format!(
        "{PARAMETERS}\n\
         Run again after whatever happened: it carries on from what there is.\n\n\
         Example: synth deploy --example async_polling --region eu-west-1"
    ));
    let watch = deploy_arguments(
        Command::new("watch")
            .about("Deploys without asking, and again whenever a file changes, until interrupted"),
    )
    .arg(flag("release", "Compiles functions as `synth deploy` does: smaller, and not as soon"))
    .after_help(format!(
        "For development. Where nothing but code changes, the functions get it at once; anything \
         else goes through CloudFormation, as by `synth deploy --yes`. An error is shown, and the \
         next change may be the better one. {PARAMETERS}\n\
         Interrupted, it leaves the stack as it is: `synth deploy` makes template and code agree \
         again, `synth destroy` deletes it.\n\n\
         Example: synth watch --example async_polling --region eu-west-1"
    ));
    let dev = program_arguments(
        Command::new("dev")
            .about("Runs the network on this machine, and again whenever a file changes"),
    )
    .next_help_heading("How it runs")
    .args([
        flag("fresh", "Begins with nothing, whatever is kept of the last time"),
        option("port", "NUMBER", "The port of the console, and before those of its HTTP APIs; 0 for any [default: 8400]")
            .value_parser(clap::value_parser!(u16)),
        flag("json", "Logs a JSON object a line"),
        file(
            "target-dir",
            "PATH",
            "Where cargo keeps what it builds for this [default: target/dev/build]",
        ),
        flag("release", "Compiles functions with optimisations"),
        option("service", "NAME=URL", "Who answers for a service outside; again for more")
            .action(ArgAction::Append),
        option(
            "double",
            "NAME[=FILE]",
            "Has a double answer for a service: what a JSON file says, or 200 to everything",
        )
        .action(ArgAction::Append),
    ])
    .after_help(
        "No account, no emulator: queues, topics, tables, schedules and HTTP APIs behave as on AWS, \
         in real time. Functions are compiled for this machine and started when there is something \
         to do. What is stored and on its way is kept in target/dev. Values of services\' secrets \
         are taken from variables SYNTH_SECRET_NAME.\n\n\
         Example: synth dev --example restaurant",
    );
    let destroy = account_arguments(program_arguments(
        Command::new("destroy")
            .about("Deletes the network's stack; tables are kept, and it says where they are"),
    ))
    .next_help_heading("What is deleted")
    .args([
        flag("delete-tables", "Deletes tables too, with everything in them, after the stack"),
        flag(
            "adopt",
            "Deletes a stack that is not this network's; with --stack-name, no program is asked",
        ),
        flag("yes", "Deletes without asking, or where nobody can be asked").short('y'),
    ])
    .after_help(
        "Run again after whatever happened: it carries on from what there is.\n\n\
         Example: synth destroy --example async_polling --region eu-west-1",
    );
    synth.subcommands([build, dev, diff, deploy, watch, destroy])
}

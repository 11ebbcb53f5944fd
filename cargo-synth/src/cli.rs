//! The command line of `synth`.

use crate::{
    build,
    cloud::Account,
    deploy::{self, Agreed, Ask, Deploy, Given},
    destroy::{self, Destroy},
    dev::{self, Dev},
    diff::{self, Compare},
    error::{Error, Result},
    folder::Processor,
    profile::Profile,
    program::Program,
    progress,
    selection::Selection,
    synthesise, watch,
};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
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
    let said = match Synth::try_parse_from(arguments) {
        Ok(said) => said,
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
    ExitCode::from(act(said, &mut out).unwrap_or_else(|error| {
        let _ = write!(anstream::stderr(), "{error}");
        FAILED
    }))
}

fn act(Synth { made, command }: Synth, out: &mut dyn io::Write) -> Result<u8> {
    let written = |error: io::Error| Error::new(format!("cannot write: {error}"));
    match command {
        Some(Command::Build(made)) => {
            let mut program = Program::start(made.declared.selection(made.files.architecture))?;
            let built = build::run(&mut program, made.files.out.as_deref())?;
            build::report(&built, out).map_err(written)?;
            Ok(SUCCEEDED)
        }
        Some(Command::Deploy { deployed, yes }) => {
            let wish = deployed.wish(ask(yes))?;
            let work = async { deploy::deploy(&wish, out).await.map(agreed) };
            wait(work, "what AWS has begun goes on; `synth deploy` again carries on from there")
        }
        Some(Command::Destroy(Destroyed { declared, place, deleted })) => {
            let Deleted { delete_tables, adopt, yes } = deleted;
            let (stack, account) = place.named();
            let selection = declared.selection(None);
            let wish = Destroy { selection, account, stack, ask: ask(yes), delete_tables, adopt };
            let work = async { destroy::destroy(wish, out).await.map(agreed) };
            wait(work, "what AWS has begun goes on; `synth destroy` again carries on from there")
        }
        Some(Command::Watch { deployed, release }) => {
            let mut wish = deployed.wish(Ask::Never)?;
            if !release {
                wish.selection.profile = Profile::Development;
            }
            let work = async { match watch::watch(wish, out).await? {} };
            wait(work, "the stack stays, and what AWS has begun goes on")
        }
        Some(Command::Dev(Run { declared, how })) => {
            let wish = Dev {
                selection: declared.selection(None),
                fresh: how.fresh,
                release: how.release,
                json: how.json,
                target: how.target_dir,
                port: how.port,
                services: dev::services(&how.service, &how.double)?,
            };
            let work = async { match dev::dev(wish).await? {} };
            wait(work, "what it holds is kept; the same command goes on with it")
        }
        Some(Command::Diff(Compared { made, place, other: Other { against, format } })) => {
            let (stack, account) = place.named();
            let Files { out: folder, architecture } = made.files;
            let selection = made.declared.selection(architecture);
            let json = format == Format::Json;
            let wish = Compare { selection, out: folder, account, stack, against, json };
            wait(diff::diff(wish, out), "nothing was compared, and nothing was changed")
        }
        None => {
            let mut program = Program::start(made.declared.selection(made.files.architecture))?;
            let out_folder = made.files.out.as_deref();
            let (built, files) = synthesise::synthesise(&mut program, out_folder)?;
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

impl Declared {
    fn selection(self, processor: Option<Processor>) -> Selection {
        let Declared { example, bin, package, manifest_path } = self;
        Selection {
            manifest_path,
            package,
            bin,
            example,
            processor,
            profile: Profile::default(),
            said: None,
        }
    }
}

impl Place {
    /// The stack's name, if one is given, and the account.
    fn named(self) -> (Option<String>, Account) {
        let Place { stack_name, profile, region, endpoint_url } = self;
        (stack_name, Account { profile, region, endpoint: endpoint_url })
    }
}

impl Deployed {
    fn wish(self, ask: Ask) -> Result<Deploy> {
        let (stack, account) = self.place.named();
        let Files { out, architecture } = self.made.files;
        let terms = self.terms;
        Ok(Deploy {
            selection: self.made.declared.selection(architecture),
            out,
            account,
            stack,
            bucket: terms.bucket,
            given: Given::new(&terms.parameter, terms.parameters.as_deref())?,
            agreed: Agreed {
                ask,
                adopt: terms.adopt,
                data_loss: terms.allow_data_loss,
                leave_data: terms.leave_data,
            },
            code_alone: false,
        })
    }
}

fn ask(yes: bool) -> Ask {
    if yes { Ask::Never } else { Ask::First }
}

#[derive(Parser)]
#[command(
    name = "synth",
    bin_name = "synth",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    about = "From a serverless network to a running stack. Without a command: checks the network, builds its \
             functions, and writes everything a deployment needs.",
    after_help = "\
In a package whose `main` ends in `net_synth::run(\"name\", network)`:
  synth            see what would be deployed, in target/synth/NAME
  synth dev        run it on this machine
  synth diff       see what that would change of what is deployed
  synth deploy     deploy it
  synth watch      keep it deployed while you write it
  synth destroy    and away again

The program answers questions by itself, as in `cargo run -- check`: check, graph, explain CODE.

Exit status: 0 done, 1 not done, 2 the arguments make no sense, 3 you said no, 130 interrupted. \
From `diff`: 3 there are differences, 4 and data is lost with them."
)]
struct Synth {
    #[command(flatten)]
    made: Made,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the packages of the network's functions, and writes nothing else
    #[command(after_help = "\
The binaries that functions name, as in `binary!(\"cook\")`, are found in the workspace by name, \
compiled for Lambda by one run of cargo under the profile `lambda`, and packaged under names that are \
hashes of their bytes.

Example: synth build --example async_polling")]
    Build(Made),
    /// Runs the network on this machine, and again whenever a file changes
    #[command(after_help = "\
No account, no emulator: queues, topics, tables, schedules and HTTP APIs behave as on AWS, in real time. \
Functions are compiled for this machine and started when there is something to do. What is stored and on its \
way is kept in target/dev. Values of services' secrets are taken from variables SYNTH_SECRET_NAME.

Example: synth dev --example restaurant")]
    Dev(Run),
    /// Builds, and tells what deploying would change
    #[command(
        mut_arg("out", |out| out.help("The folder for files, which are not kept without")),
        after_help = "\
Nothing is changed. A template says which code its functions have, so that changed code shows as \
another package. A network.json says nothing of code: nothing is built for it, and the network's \
program compares by itself.

Exit status: 0 if there is no difference, 3 if there are differences, 4 if queues, tables or raw \
resources lose with them what they hold; 1 and 2 as always.

Example: synth diff --example async_polling --region eu-west-1
         synth diff --example async_polling --against released/template.json --format json"
    )]
    Diff(Compared),
    /// Builds, uploads what is new, shows what would change, asks, and applies it
    #[command(after_help = format!("{PARAMETERS}
Run again after whatever happened: it carries on from what there is.

Example: synth deploy --example async_polling --region eu-west-1"))]
    Deploy {
        #[command(flatten)]
        deployed: Deployed,
        /// Applies without asking, or where nobody can be asked
        #[arg(long, short)]
        yes: bool,
    },
    /// Deploys without asking, and again whenever a file changes, until interrupted
    #[command(after_help = format!("\
For development. Where nothing but code changes, the functions get it at once; anything else goes \
through CloudFormation, as by `synth deploy --yes`. An error is shown, and the next change may be the \
better one. {PARAMETERS}
Interrupted, it leaves the stack as it is: `synth deploy` makes template and code agree again, `synth \
destroy` deletes it.

Example: synth watch --example async_polling --region eu-west-1"))]
    Watch {
        #[command(flatten)]
        deployed: Deployed,
        /// Compiles functions as `synth deploy` does: smaller, and not as soon
        #[arg(long)]
        release: bool,
    },
    /// Deletes the network's stack; tables are kept, and it says where they are
    #[command(after_help = "\
Run again after whatever happened: it carries on from what there is.

Example: synth destroy --example async_polling --region eu-west-1")]
    Destroy(Destroyed),
}

const PARAMETERS: &str = "\
    Parameters are taken from --parameter, then from variables SYNTH_PARAMETER_NAME, then from \
    the file; what was given once the stack keeps. Values are never printed.";

// Parts of commands, one for each heading. Nothing is said of a part: clap would take it for what is said of
// the command.

#[derive(Args)]
#[command(next_help_heading = "The program that declares the network, as for `cargo run`")]
struct Declared {
    /// An example of the package
    #[arg(long, value_name = "NAME", conflicts_with = "bin")]
    example: Option<String>,
    /// A binary of the package
    #[arg(long, value_name = "NAME")]
    bin: Option<String>,
    /// A package of the workspace
    #[arg(long, short, value_name = "NAME")]
    package: Option<String>,
    /// The package's Cargo.toml
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    manifest_path: Option<PathBuf>,
}

#[derive(Args)]
struct Made {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    files: Files,
}

#[derive(Args)]
#[command(next_help_heading = "What is made")]
struct Files {
    /// The folder for files [default: target/synth/NETWORK]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    out: Option<PathBuf>,
    /// The processor of every function, whatever the network says
    #[arg(long, value_name = "NAME")]
    architecture: Option<Processor>,
}

#[derive(Args)]
#[command(next_help_heading = "Where")]
struct Place {
    /// The stack [default: the network's name]
    #[arg(long, value_name = "NAME", value_parser = stack_name)]
    stack_name: Option<String>,
    /// A profile of ~/.aws/config [default: AWS_PROFILE]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The region [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
    /// What answers in AWS's place [default: AWS_ENDPOINT_URL]
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
}

#[derive(Args)]
struct Run {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    how: How,
}

#[derive(Args)]
#[command(next_help_heading = "How it runs")]
struct How {
    /// Begins with nothing, whatever is kept of the last time
    #[arg(long)]
    fresh: bool,
    /// The port of the console, and before those of its HTTP APIs; 0 for any
    #[arg(long, value_name = "NUMBER", default_value_t = dev::PORT)]
    port: u16,
    /// Logs a JSON object a line
    #[arg(long)]
    json: bool,
    /// Where cargo keeps what it builds for this [default: target/dev/build]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    target_dir: Option<PathBuf>,
    /// Compiles functions with optimisations
    #[arg(long)]
    release: bool,
    /// Who answers for a service outside; again for more
    #[arg(long, value_name = "NAME=URL")]
    service: Vec<String>,
    /// Has a double answer for a service: what a JSON file says, or 200 to everything
    #[arg(long, value_name = "NAME[=FILE]")]
    double: Vec<String>,
}

#[derive(Args)]
struct Compared {
    #[command(flatten)]
    made: Made,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    other: Other,
}

#[derive(Args)]
#[command(next_help_heading = "What is compared")]
struct Other {
    /// A template in JSON, or an earlier network.json [default: the deployed stack]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    against: Option<PathBuf>,
    /// How to report differences
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Args)]
struct Deployed {
    #[command(flatten)]
    made: Made,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    terms: Terms,
}

#[derive(Args)]
#[command(next_help_heading = "What is deployed")]
struct Terms {
    /// A parameter of the stack; again for more
    #[arg(long, value_name = "NAME=VALUE")]
    parameter: Vec<String>,
    /// Parameters as a JSON object, name to value
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    parameters: Option<PathBuf>,
    /// The bucket for packages, made if missing [default: the stack's, or synth-ACCOUNT-REGION]
    #[arg(long, value_name = "NAME", value_parser = bucket_name)]
    bucket: Option<String>,
    /// Deletes or replaces queues and tables with what is in them
    #[arg(long)]
    allow_data_loss: bool,
    /// Leaves tables behind, outside the stack and out of the network's reach, as when one is renamed
    #[arg(long)]
    leave_data: bool,
    /// Takes over a stack that is not this network's; what would go is shown
    #[arg(long)]
    adopt: bool,
}

#[derive(Args)]
struct Destroyed {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    deleted: Deleted,
}

#[derive(Args)]
#[command(next_help_heading = "What is deleted")]
struct Deleted {
    /// Deletes tables too, with everything in them, after the stack
    #[arg(long)]
    delete_tables: bool,
    /// Deletes a stack that is not this network's; with --stack-name, no program is asked
    #[arg(long)]
    adopt: bool,
    /// Deletes without asking, or where nobody can be asked
    #[arg(long, short)]
    yes: bool,
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

//! Which program declares the network: as `cargo run` finds it.

use crate::{
    aside::aside,
    error::{Error, Result},
    folder::Processor,
    profile::Profile,
    workspace::{Workspace, cargo},
};
use std::{
    ffi::OsString,
    fmt,
    path::PathBuf,
    process::{Command, ExitStatus},
};

/// What was said of the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) manifest_path: Option<PathBuf>,
    pub(crate) package: Option<String>,
    pub(crate) bin: Option<String>,
    pub(crate) example: Option<String>,
    /// The processor of every function, whatever the network says.
    pub(crate) processor: Option<Processor>,
    /// How functions are compiled.
    pub(crate) profile: Profile,
    /// What its check said when it was built before. That is not said again, and nor is anything else
    /// that is no news.
    pub(crate) said: Option<String>,
}

impl Selection {
    /// Whether only news is said.
    pub(crate) fn is_quiet(&self) -> bool {
        self.said.is_some()
    }

    pub(crate) async fn workspace(&self) -> Result<Workspace> {
        let manifest_path = self.manifest_path.clone();
        aside(move || Workspace::load(manifest_path.as_deref())).await
    }

    /// Cargo, running the program so that it answers questions.
    pub(crate) fn run(&self) -> Command {
        let mut command = cargo();
        command.arg("run").args(self.arguments());
        if self.is_quiet() {
            command.arg("--quiet");
        }
        command.args(["--", ANSWER]);
        command
    }

    /// What is wrong with a program that ended before it answered.
    pub(crate) fn gives_no_answer(&self, status: ExitStatus) -> Error {
        let arguments: Vec<_> =
            self.arguments().iter().map(|part| format!("{} ", part.display())).collect();
        let why = format!("`cargo run {}-- {ANSWER}` ended with {status}", arguments.concat());
        // Cargo's own status where nothing was run, and a panic's.
        if status.code() == Some(101) {
            let error = if self.is_quiet() {
                Error::new(format!("{self} no longer compiles, or panics"))
            } else {
                Error::new(format!("{self} is not there, does not compile or panics"))
            };
            return error.why(why).help("what is wrong with it stands above").help(WHICH);
        }
        Error::new(format!("{self} does not answer as a program that declares a network"))
            .why(format!("{why}; what it said stands above"))
            .help("its `main` ends in `net_synth::run(\"name\", network)`")
            .help(WHICH)
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = Vec::new();
        let mut add = |flag: &str, value: Option<OsString>| {
            if let Some(value) = value {
                arguments.extend([flag.into(), value]);
            }
        };
        add("--manifest-path", self.manifest_path.clone().map(OsString::from));
        add("--package", self.package.clone().map(OsString::from));
        add("--bin", self.bin.clone().map(OsString::from));
        add("--example", self.example.clone().map(OsString::from));
        arguments
    }
}

/// The command by which a program answers questions.
const ANSWER: &str = "answer";

const WHICH: &str = "say which program it is: `--example NAME`, `--bin NAME`, `--package NAME` or \
    `--manifest-path PATH`, as for `cargo run`";

/// As people call it.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.example, &self.bin, &self.package) {
            (Some(example), ..) => write!(f, "the example `{example}`"),
            (_, Some(bin), _) => write!(f, "the binary `{bin}`"),
            (.., Some(package)) => write!(f, "the package `{package}`"),
            _ => f.write_str("this package"),
        }
    }
}

//! The program that declares a network, run by cargo.

use crate::{
    build::Workspace,
    error::{Error, Result},
    folder::Processor,
};
use serde::Deserialize;
use std::{
    ffi::OsString,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

/// Which program declares the network: as `cargo run` finds it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) manifest_path: Option<PathBuf>,
    pub(crate) package: Option<String>,
    pub(crate) bin: Option<String>,
    pub(crate) example: Option<String>,
    /// The processor of every function, whatever the network says.
    pub(crate) processor: Option<Processor>,
    /// What its check said when it was built before. That is not said again, and nor is anything else
    /// that is no news.
    pub(crate) said: Option<String>,
}

const WHICH: &str = "say which program it is: `--example NAME`, `--bin NAME`, `--package NAME` or \
    `--manifest-path PATH`, as for `cargo run`";

/// What the program says of what it wrote.
#[derive(Deserialize)]
struct Summary {
    name: String,
    files: Vec<PathBuf>,
}

/// What the program wrote.
pub(crate) struct Written {
    /// The network's name.
    pub(crate) name: String,
    pub(crate) files: Vec<PathBuf>,
}

/// What the program answered.
pub(crate) struct Answer {
    /// On its standard output.
    pub(crate) text: Vec<u8>,
    /// Its exit status.
    pub(crate) status: u8,
}

/// Cargo itself, the same that called us if one did.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Program {
    /// Whether only news is said.
    pub(crate) fn is_quiet(&self) -> bool {
        self.said.is_some()
    }

    /// Compiles the program and lets it check its network; findings go to standard error, and are what
    /// it returns.
    pub(crate) fn check(&self) -> Result<String> {
        let output = self
            .run(self.is_quiet(), ["check".into()])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| Error::start("cargo", &error))?;
        // The last line, `NAME: no findings`, is news only if there are findings.
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_news = text.lines().count() > 1 && self.said.as_ref() != Some(&text);
        if !output.status.success() || is_news {
            let _ = anstream::stderr().write_all(text.as_bytes());
        }
        match output.status.code() {
            Some(0) => Ok(text),
            Some(1) => Err(Error::new("the network has errors; nothing was done")
                .help("`… -- explain CODE` says more about a finding")),
            _ => Err(self.does_not_answer("check", output.status)),
        }
    }

    /// Lets the program compare its network with a file.
    pub(crate) fn diff(&self, against: &Path, json: bool) -> Result<Answer> {
        let format = if json { "json" } else { "text" };
        let arguments = ["diff".into(), "--against".into(), against.into()];
        let output = self
            .run(false, arguments.into_iter().chain(["--format".into(), format.into()]))
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| Error::start("cargo", &error))?;
        match output.status.code().and_then(|code| u8::try_from(code).ok()) {
            Some(status @ 0..=4) => Ok(Answer { text: output.stdout, status }),
            _ => Err(self.does_not_answer("diff", output.status)),
        }
    }

    fn does_not_answer(&self, command: &str, status: ExitStatus) -> Error {
        if self.is_quiet() {
            return Error::new(format!("{} no longer compiles, or no longer runs", self.name()))
                .why(format!("`{} {command}` ended with {status}", self.shown()))
                .help("its errors stand above");
        }
        // Cargo's own status where nothing was run, and a panic's.
        if status.code() == Some(101) {
            return Error::new(format!("{} is not there, does not compile or panics", self.name()))
                .why(format!("`{} {command}` ended with {status}", self.shown()))
                .help("what is wrong with it stands above")
                .help(WHICH);
        }
        self.is_no_network()
            .why(format!("`{} {command}` ended with {status}", self.shown()))
            .help(WHICH)
    }

    fn is_no_network(&self) -> Error {
        Error::new(format!("{} is not a program that declares a network", self.name()))
            .help("its `main` ends in `net_synth::run(\"name\", network)`")
    }

    /// Lets the program write its files.
    pub(crate) fn synthesise(&self, folder: &Path, packages: Option<&Path>) -> Result<Written> {
        let mut arguments: Vec<OsString> =
            vec!["--format".into(), "json".into(), "--out".into(), folder.into()];
        if let Some(processor) = self.processor {
            arguments.extend(["--architecture".into(), processor.as_str().into()]);
        }
        if let Some(packages) = packages {
            arguments.extend(["--packages".into(), packages.into()]);
        }
        let output =
            self.run(true, arguments).output().map_err(|error| Error::start("cargo", &error))?;
        let failed = || {
            Error::new(format!("{} did not write its files", self.name()))
                .why(String::from_utf8_lossy(&output.stderr).trim())
                .help("it and `synth` should be of one version of serverless-networks")
        };
        if !output.status.success() {
            return Err(failed());
        }
        let summary: Summary =
            serde_json::from_slice(&output.stdout).map_err(|_| self.is_no_network().help(WHICH))?;
        Ok(Written { name: summary.name, files: summary.files })
    }

    /// The name of the network's stack.
    pub(crate) fn stack_name(&self) -> Result<String> {
        let workspace = Workspace::load(self.manifest_path.as_deref())?;
        let scratch = workspace.scratch();
        Ok(self.synthesise(scratch.path(), None)?.name)
    }

    fn run(&self, quiet: bool, arguments: impl IntoIterator<Item = OsString>) -> Command {
        let mut command = cargo();
        command.arg("run").args(self.selection());
        if quiet {
            command.arg("--quiet");
        }
        command.arg("--").args(arguments).stdin(Stdio::null());
        // The other end is a pipe, and what comes through it is shown on our own standard error.
        if anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never {
            command.env("CLICOLOR_FORCE", "1");
        }
        command
    }

    fn selection(&self) -> Vec<OsString> {
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

    fn shown(&self) -> String {
        let selection: Vec<_> =
            self.selection().iter().map(|part| part.display().to_string()).collect();
        ["cargo run", &selection.join(" "), "--"].join(" ").replace("  ", " ")
    }

    fn name(&self) -> String {
        match (&self.example, &self.bin, &self.package) {
            (Some(example), ..) => format!("the example `{example}`"),
            (_, Some(bin), _) => format!("the binary `{bin}`"),
            (.., Some(package)) => format!("the package `{package}`"),
            _ => "this package".to_owned(),
        }
    }
}

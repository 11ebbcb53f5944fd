//! Which program declares the network, and how it is compiled.

use crate::{
    aside::aside,
    build::Workspace,
    error::{Error, Result},
    folder::Processor,
    program::{self, Program},
};
use cargo_metadata::{Artifact, Message, Package, TargetKind};
use std::{
    fmt,
    io::IsTerminal as _,
    path::PathBuf,
    process::{Command, Stdio},
};

/// What was said of the program: as `cargo run` takes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
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

impl Selection {
    /// Whether only news is said.
    pub(crate) fn is_quiet(&self) -> bool {
        self.said.is_some()
    }

    pub(crate) fn workspace(&self) -> Result<Workspace> {
        Workspace::load(self.manifest_path.as_deref())
    }

    /// Compiles the program, and learns what it declares: once for all that is done with it, so that
    /// what is edited meanwhile makes no difference.
    pub(crate) fn load(&self) -> Result<Program> {
        let workspace = self.workspace()?;
        let target = self.target(&workspace)?;
        let mut command = self.compile(&target);
        let output = command.output().map_err(|error| Error::start("cargo", &error))?;
        if !output.status.success() {
            return Err(Error::new(format!("{target} does not compile"))
                .help("what is wrong with it stands above"));
        }
        let is_it = |made: &Artifact| {
            made.target.name == target.name && made.target.kind.contains(&target.kind)
        };
        let executable = Message::parse_stream(output.stdout.as_slice())
            .filter_map(|message| match message {
                Ok(Message::CompilerArtifact(made)) if is_it(&made) => made.executable,
                _ => None,
            })
            .next()
            .ok_or_else(|| Error::new(format!("cargo does not say where {target} is")))?;
        Program::ask(self.clone(), workspace, target.to_string(), executable.as_std_path())
    }

    fn compile(&self, target: &Target) -> Command {
        let mut command = program::cargo();
        command.arg("build").args(["--message-format", "json-render-diagnostics"]);
        if self.is_quiet() {
            command.arg("--quiet");
        }
        if std::io::stderr().is_terminal() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        // The same packages as `cargo run` takes, so that nothing is compiled for each of them.
        if let Some(path) = &self.manifest_path {
            command.arg("--manifest-path").arg(path);
        }
        if let Some(package) = &self.package {
            command.args(["--package", package]);
        }
        command.arg(format!("--{}", target.kind)).arg(&target.name);
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        command
    }

    fn target(&self, workspace: &Workspace) -> Result<Target> {
        let packages = workspace.packages(self.package.as_deref())?;
        let (kind, name) = match (&self.example, &self.bin) {
            (Some(example), _) => (TargetKind::Example, Some(example)),
            (None, bin) => (TargetKind::Bin, bin.as_ref()),
        };
        let all = targets(&packages, &kind);
        let is_meant = |target: &&Target| match name {
            Some(name) => target.name == *name,
            None => all.len() == 1 || target.is_default,
        };
        let meant: Vec<&Target> = all.iter().filter(is_meant).collect();
        if let [target] = meant.as_slice() {
            return Ok((*target).clone());
        }
        let what = match name {
            Some(name) if meant.is_empty() => format!("there is no {kind} `{name}`"),
            Some(name) => format!("more than one package has a {kind} `{name}`"),
            None => "it is not said which program declares the network".to_owned(),
        };
        let there: Vec<_> = all.iter().map(|target| format!("`{}`", target.name)).collect();
        let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
        let error = Error::new(what).why(format!("of the kind {kind} there is: {there}"));
        Err(match name {
            Some(_) => error.help(WHICH),
            None => error.help(WHICH).help("or in Cargo.toml: `default-run = \"NAME\"`"),
        })
    }
}

/// [`Selection::load`], while whoever waits for it can be interrupted.
pub(crate) async fn load(selection: &Selection) -> Result<Program> {
    let selection = selection.clone();
    aside(move || selection.load()).await
}

/// A program of the workspace.
#[derive(Clone)]
struct Target {
    kind: TargetKind,
    name: String,
    /// Whether its package runs it where nothing else is said.
    is_default: bool,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TargetKind::Example => write!(f, "the example `{}`", self.name),
            _ => write!(f, "the binary `{}`", self.name),
        }
    }
}

fn targets(packages: &[&Package], kind: &TargetKind) -> Vec<Target> {
    let of = |package: &Package| {
        let targets = package.targets.iter().filter(|target| target.kind.contains(kind));
        let target = |target: &cargo_metadata::Target| Target {
            kind: kind.clone(),
            name: target.name.clone(),
            is_default: package.default_run.as_ref() == Some(&target.name),
        };
        targets.map(target).collect::<Vec<_>>()
    };
    packages.iter().flat_map(|package| of(package)).collect()
}

//! The program that declares a network: compiled and started once, and asked as often as needed.
//!
//! So every answer is about the network as it was then, whatever is edited or compiled meanwhile.

use crate::{
    aside::aside,
    error::{Error, Result},
    folder::{Declarations, Function, Template},
    profile::Profile,
    selection::Selection,
    workspace::Workspace,
};
use net_dsl::Network;
use net_synth::Answer;
use serde::{Deserialize, de::IgnoredAny};
use std::{
    ffi::OsString,
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

/// A program that declares a network.
pub(crate) struct Program {
    /// The network's name.
    pub(crate) name: String,
    /// Its template, before it is known which packages its functions have; none if it has errors.
    pub(crate) template: Option<Template>,
    /// What it declares; nothing is known of one that has errors.
    pub(crate) network: Option<Network>,
    /// The functions whose code the network declares; none are known of one that has errors.
    pub(crate) functions: Vec<Function>,
    pub(crate) workspace: Workspace,
    /// Whether there is anything that its check would say.
    has_findings: bool,
    process: Process,
}

/// What the program says of what it wrote.
#[derive(Deserialize)]
struct Summary {
    name: String,
    findings: Vec<IgnoredAny>,
    files: Vec<PathBuf>,
}

impl Program {
    /// Has cargo compile and run the program, and learns what it declares.
    pub(crate) fn start(selection: Selection) -> Result<Program> {
        let workspace = Workspace::load(selection.manifest_path.as_deref())?;
        let folder = workspace.scratch()?;
        let mut process = Process::start(selection)?;
        let summary = process.write(folder.path(), None)?;
        let (mut template, mut network, mut functions) = (None, None, Vec::new());
        if !summary.files.is_empty() {
            let written = Template::read(folder.path())?;
            let declared = Declarations::read(folder.path())?;
            functions = written.functions(&declared);
            network = Some(declared.network);
            template = Some(written);
        }
        let has_findings = !summary.findings.is_empty();
        let name = summary.name;
        Ok(Program { name, template, network, functions, workspace, has_findings, process })
    }

    /// [`start`](Program::start), while whoever waits for it can be interrupted.
    pub(crate) async fn start_aside(selection: &Selection) -> Result<Program> {
        let selection = selection.clone();
        aside(move || Program::start(selection)).await
    }

    /// How its functions are compiled.
    pub(crate) fn profile(&self) -> Profile {
        self.process.selection.profile
    }

    /// Whether only news is said.
    pub(crate) fn is_quiet(&self) -> bool {
        self.process.selection.is_quiet()
    }

    /// Lets the program check its network; findings go to standard error, and are what it returns.
    pub(crate) fn check(&mut self) -> Result<String> {
        if !self.has_findings {
            return Ok(String::new());
        }
        let Answer { status, out, .. } = self.process.ask(["check".into()])?;
        if status != 0 || self.process.selection.said.as_ref() != Some(&out) {
            // Nobody listens: the answer is the same.
            let _ = anstream::stderr().write_all(out.as_bytes());
        }
        if status == 0 {
            return Ok(out);
        }
        Err(Error::new("the network has errors; nothing was done")
            .help("`… -- explain CODE` says more about a finding"))
    }

    /// Lets the program compare its network with a file.
    pub(crate) fn diff(&mut self, against: &Path, json: bool) -> Result<Answer> {
        let format = if json { "json" } else { "text" };
        let arguments = ["diff".into(), "--against".into(), against.into()];
        self.process.ask(arguments.into_iter().chain(["--format".into(), format.into()]))
    }

    /// Lets the program write its files, with its functions' packages; which they are.
    pub(crate) fn synthesise(&mut self, folder: &Path, packages: &Path) -> Result<Vec<PathBuf>> {
        Ok(self.process.write(folder, Some(packages))?.files)
    }
}

/// A program that answers questions.
struct Process {
    selection: Selection,
    child: Child,
    questions: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(selection: Selection) -> Result<Process> {
        let mut command = selection.run();
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| Error::start("cargo", &error))?;
        let questions = child.stdin.take();
        let stdout = child.stdout.take().ok_or_else(|| Error::new("cargo has no output"))?;
        Ok(Process { selection, child, questions, answers: BufReader::new(stdout).lines() })
    }

    fn write(&mut self, folder: &Path, packages: Option<&Path>) -> Result<Summary> {
        let mut arguments: Vec<OsString> =
            vec!["--format".into(), "json".into(), "--out".into(), folder.into()];
        if let Some(processor) = self.selection.processor {
            arguments.extend(["--architecture".into(), processor.as_str().into()]);
        }
        if let Some(packages) = packages {
            arguments.extend(["--packages".into(), packages.into()]);
        }
        let answer = self.ask(arguments)?;
        let summary = serde_json::from_str(&answer.out).ok();
        // One without errors says what is wrong by itself, with the summary of what it did not write.
        let is_whole = |summary: &Summary| packages.is_none() || !summary.files.is_empty();
        summary.filter(is_whole).ok_or_else(|| {
            Error::new(format!("{} did not write its files", self.selection))
                .why(anstream::adapter::strip_str(answer.err.trim()).to_string())
                .help("it and `synth` should be of one version of serverless-networks")
        })
    }

    fn ask(&mut self, arguments: impl IntoIterator<Item = OsString>) -> Result<Answer> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        self.answer(&arguments).ok_or_else(|| {
            self.end().map_or_else(
                |error| Error::start("cargo", &error),
                |status| self.selection.gives_no_answer(status),
            )
        })
    }

    /// No answer if it has ended.
    fn answer(&mut self, arguments: &[OsString]) -> Option<Answer> {
        let mut question = serde_json::to_vec(arguments).ok()?;
        question.push(b'\n');
        // Who has ended hears nothing; why is seen from how it ended.
        let _ = self.questions.as_mut()?.write_all(&question);
        for line in self.answers.by_ref() {
            let line = line.ok()?;
            match serde_json::from_str(&line) {
                Ok(answer) => return Some(answer),
                // What it says besides is shown, and not taken for an answer.
                Err(_) => {
                    let _ = writeln!(anstream::stderr(), "{line}");
                }
            }
        }
        None
    }

    /// Waits for its end.
    fn end(&mut self) -> std::io::Result<std::process::ExitStatus> {
        self.questions = None;
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // What has ended already cannot be ended, and that is all right.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

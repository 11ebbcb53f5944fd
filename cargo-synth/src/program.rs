//! The program that declares a network, compiled.

use crate::{
    build::{Scratch, Workspace},
    error::{Error, Result},
    folder::{Declarations, Function, Template},
    progress::tell,
    selection::Selection,
};
use serde::{Deserialize, de::IgnoredAny};
use std::{
    ffi::OsString,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// A program that declares a network.
pub(crate) struct Program {
    /// The network's name.
    pub(crate) name: String,
    /// The functions whose code the network declares; none are known of one that has errors.
    pub(crate) functions: Vec<Function>,
    pub(crate) selection: Selection,
    pub(crate) workspace: Workspace,
    /// Whether there is anything that its check would say.
    has_findings: bool,
    /// How people call it.
    shown: String,
    executable: PathBuf,
    // Has the executable.
    _scratch: Scratch,
}

/// What the program says of what it wrote.
#[derive(Deserialize)]
struct Summary {
    name: String,
    findings: Vec<IgnoredAny>,
    files: Vec<PathBuf>,
}

/// What the program answered.
pub(crate) struct Answer {
    /// On its standard output.
    pub(crate) text: Vec<u8>,
    /// Its exit status.
    pub(crate) status: u8,
}

/// After how long without an answer it is said that one is waited for: it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much is repeated of what a program said that is none of ours.
const REPEATED: usize = 2_000;

/// Cargo itself, the same that called us if one did.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Program {
    /// Learns from an executable what it declares.
    pub(crate) fn ask(
        selection: Selection,
        workspace: Workspace,
        shown: String,
        executable: &Path,
    ) -> Result<Program> {
        let scratch = workspace.scratch();
        let executable = keep(executable, scratch.path())?;
        let mut program = Program {
            name: String::new(),
            functions: Vec::new(),
            selection,
            workspace,
            has_findings: false,
            shown,
            executable,
            _scratch: scratch,
        };
        let folder = program.workspace.scratch();
        let (summary, _) = program.write(folder.path(), None)?;
        program.name = summary.name;
        program.has_findings = !summary.findings.is_empty();
        if !summary.files.is_empty() {
            let declared = Declarations::read(folder.path())?;
            program.functions = Template::read(folder.path())?.functions(&declared);
        }
        Ok(program)
    }

    /// Lets the program check its network; findings go to standard error, and are what it returns.
    pub(crate) fn check(&self) -> Result<String> {
        if !self.has_findings {
            return Ok(String::new());
        }
        let output = self.answer(["check".into()])?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() || self.selection.said.as_ref() != Some(&text) {
            // Nobody listens: the answer is the same.
            let _ = anstream::stderr().write_all(text.as_bytes());
        }
        match output.status.code() {
            Some(0) => Ok(text),
            Some(1) => Err(Error::new("the network has errors; nothing was done")
                .help("`… -- explain CODE` says more about a finding")),
            _ => Err(self.is_no_network(&output)),
        }
    }

    /// Lets the program compare its network with a file.
    pub(crate) fn diff(&self, against: &Path, json: bool) -> Result<Answer> {
        let format = if json { "json" } else { "text" };
        let output = self.answer([
            "diff".into(),
            "--against".into(),
            against.into(),
            "--format".into(),
            format.into(),
        ])?;
        let _ = anstream::stderr().write_all(&output.stderr);
        match output.status.code().and_then(|code| u8::try_from(code).ok()) {
            Some(status @ 0..=4) => Ok(Answer { text: output.stdout, status }),
            _ => Err(self.is_no_network(&output)),
        }
    }

    /// Lets the program write its files, with its functions' packages; which they are.
    pub(crate) fn synthesise(&self, folder: &Path, packages: &Path) -> Result<Vec<PathBuf>> {
        match self.write(folder, Some(packages))? {
            (summary, _) if !summary.files.is_empty() => Ok(summary.files),
            (_, output) => Err(self.is_no_network(&output)),
        }
    }

    fn write(&self, folder: &Path, packages: Option<&Path>) -> Result<(Summary, Output)> {
        let mut arguments: Vec<OsString> =
            vec!["--format".into(), "json".into(), "--out".into(), folder.into()];
        if let Some(processor) = self.selection.processor {
            arguments.extend(["--architecture".into(), processor.as_str().into()]);
        }
        if let Some(packages) = packages {
            arguments.extend(["--packages".into(), packages.into()]);
        }
        let output = self.answer(arguments)?;
        match serde_json::from_slice(&output.stdout) {
            Ok(summary) => Ok((summary, output)),
            Err(_) => Err(self.is_no_network(&output)),
        }
    }

    fn answer(&self, arguments: impl IntoIterator<Item = OsString>) -> Result<Output> {
        let mut command = Command::new(&self.executable);
        command.args(arguments).stdin(Stdio::null());
        // The other end is a pipe, and what comes through it is shown on our own standard error.
        if anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never {
            command.env("CLICOLOR_FORCE", "1");
        }
        let (answered, silence) = mpsc::channel::<()>();
        let shown = self.shown.clone();
        thread::spawn(move || {
            if silence.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let what =
                    format!("for {shown}; a program that declares a network answers at once");
                tell("Waiting", &what);
            }
        });
        let output = command.output().map_err(|error| {
            Error::new(format!("{} could not be started: {error}", self.shown))
                .help("is it built for this machine? See `build.target` in .cargo/config.toml")
        });
        drop(answered);
        output
    }

    fn is_no_network(&self, output: &Output) -> Error {
        let texts = [&output.stderr, &output.stdout].map(|text| String::from_utf8_lossy(text));
        let said: String = texts.join("\n").trim().chars().take(REPEATED).collect();
        let said = if said.is_empty() { "nothing".to_owned() } else { format!("\n{said}") };
        Error::new(format!("{} does not answer as a program that declares a network", self.shown))
            .why(format!("it ended with {}, and said {said}", output.status))
            .help("its `main` ends in `net_synth::run(\"name\", network)`")
            .help("it and `synth` should be of one version of serverless-networks")
    }
}

/// Keeps an executable, whatever is compiled while it is used.
fn keep(executable: &Path, folder: &Path) -> Result<PathBuf> {
    let kept = folder.join(executable.file_name().unwrap_or_default());
    fs::create_dir_all(folder)
        .and_then(|()| {
            // Compilers make a new file and leave the old one to who has it.
            fs::hard_link(executable, &kept).or_else(|_| fs::copy(executable, &kept).map(drop))
        })
        .map_err(|error| Error::file(&kept, "written", &error))?;
    Ok(kept)
}

//! One run of cargo for all binaries of one processor.

use super::toolchain::Toolchain;
use crate::{
    error::{Error, Result},
    profile::Profile,
    progress::{Progress, count, duration},
    workspace::{Binary, Workspace, cargo},
};
use cargo_metadata::Message;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufReader, IsTerminal as _, Read as _},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
};

/// For which machine binaries are built, and how.
pub(crate) struct How<'t> {
    /// What builds for another platform; none, if they are to run on this machine.
    toolchain: Option<&'t Toolchain>,
    profile: &'static str,
    /// What the workspace does not say of the profile.
    settings: &'static [&'static str],
    /// Where cargo keeps what it makes, if not where it always does.
    folder: Option<&'t Path>,
}

impl<'t> How<'t> {
    pub(crate) fn for_lambda(
        workspace: &Workspace,
        toolchain: &'t Toolchain,
        profile: Profile,
    ) -> How<'t> {
        let is_said = workspace.has_profile(profile.name());
        let settings = if is_said { &[] } else { profile.settings() };
        How { toolchain: Some(toolchain), profile: profile.name(), settings, folder: None }
    }

    pub(crate) fn for_this_machine(folder: &'t Path, release: bool) -> How<'t> {
        let profile = if release { "release" } else { "dev" };
        How { toolchain: None, profile, settings: &[], folder: Some(folder) }
    }

    /// The platform, as people are told.
    fn target(&self) -> &'static str {
        self.toolchain.map_or("this machine", |toolchain| toolchain.target)
    }
}

/// Builds binaries: name and executable. `quiet` says only what is compiled.
pub(crate) fn compile(
    workspace: &Workspace,
    binaries: &[Binary],
    how: &How<'_>,
    quiet: bool,
) -> Result<BTreeMap<String, PathBuf>> {
    let progress = Progress::start("compiling");
    let what = format!("{} for {}", count(binaries.len(), "binary"), how.target());
    if !quiet {
        progress.done("Compiling", &what);
    }

    let mut command = cargo();
    command.arg(how.toolchain.map_or("build", |toolchain| toolchain.command));
    command.args(["--quiet", "--profile", how.profile]);
    if let Some(toolchain) = how.toolchain {
        command.args(["--target", toolchain.target]);
    }
    if let Some(folder) = how.folder {
        command.arg("--target-dir").arg(folder);
    }
    let colourful = std::io::stderr().is_terminal();
    command.arg("--message-format");
    command.arg(if colourful { "json-diagnostic-rendered-ansi" } else { "json" });
    command.arg("--manifest-path").arg(workspace.root().join("Cargo.toml"));
    for argument in how.settings {
        command.args(["--config", argument]);
    }
    let packages: BTreeSet<&str> = binaries.iter().map(|binary| binary.package.as_str()).collect();
    for package in packages {
        command.args(["--package", package]);
    }
    let mut features = Vec::new();
    for binary in binaries {
        command.args(["--bin", &binary.name]);
        let of = |feature: &String| format!("{}/{feature}", binary.package);
        features.extend(binary.features.iter().map(of));
    }
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    for (name, value) in how.toolchain.iter().flat_map(|toolchain| &toolchain.environment) {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| Error::start("cargo", &error))?;
    // Read at once with the messages, so that neither pipe fills.
    let said = child.stderr.take().map(|mut stderr| {
        thread::spawn(move || {
            let mut text = Vec::new();
            // What cannot be read is not cargo's reason.
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        })
    });

    let mut executables = BTreeMap::new();
    let (mut own, mut others, mut fresh) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    if let Some(stdout) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(stdout)) {
            match message {
                Ok(Message::CompilerArtifact(artifact)) => {
                    let id = &artifact.package_id;
                    let (package, is_own) = workspace.package(id).unwrap_or(("?", false));
                    let name = artifact.target.name.clone();
                    if artifact.fresh {
                        fresh.insert(id.clone());
                    } else if is_own {
                        progress.done("Compiled", &name);
                        own.insert(id.clone());
                    } else {
                        others.insert(id.clone());
                    }
                    let so_far = count(own.len() + others.len(), "crate");
                    progress.now(&format!("{what}: {so_far}, just now {package}"));
                    if let Some(executable) = artifact.executable {
                        executables.insert(name, executable.into_std_path_buf());
                    }
                }
                Ok(Message::CompilerMessage(message)) => {
                    if let Some(rendered) = &message.message.rendered {
                        progress.say(rendered);
                    }
                }
                _ => {}
            }
        }
    }
    let status = child.wait().map_err(|error| Error::start("cargo", &error))?;
    let said = said.and_then(|thread| thread.join().ok()).unwrap_or_default();
    if !status.success() {
        return Err(failed(how.target(), &said));
    }
    fresh.retain(|id| !own.contains(id) && !others.contains(id));
    let unchanged = fresh.len();
    if !quiet {
        progress.done(
            "Finished",
            &format!(
                "{} compiled, {} of them dependencies; {unchanged} unchanged; {}",
                count(own.len() + others.len(), "crate"),
                others.len(),
                duration(progress.elapsed()),
            ),
        );
    }
    Ok(executables)
}

fn failed(target: &str, said: &str) -> Error {
    let error = Error::new(format!("the handlers do not compile for {target}"));
    // What cargo-zigbuild says of itself, without where in itself it says so.
    let said = said.split("Stack backtrace:").next().unwrap_or(said).trim();
    let error = if said.is_empty() { error } else { error.why(said) };
    if said.contains("is `cmake` not installed") || said.contains("Missing dependency: cmake") {
        error.help("Debian, Ubuntu: apt-get install cmake")
    } else if said.contains("Failed to find zig") {
        error.help("pip install ziglang, for the python3 that is first on PATH")
    } else if said.contains("failed to find tool") || said.contains("linker `") {
        error.help(
            "Debian, Ubuntu: apt-get install build-essential musl-tools gcc-aarch64-linux-gnu",
        )
    } else {
        error.help("the compiler's errors stand above")
    }
}

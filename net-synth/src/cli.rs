//! The command line that [`run`] gives a program.

mod answer;
mod arguments;
mod check;
mod diff;
mod explain;
mod graph;
mod synthesise;

pub use answer::Answer;

use crate::output::count;
use arguments::{Command, Request};
use net_dsl::{Graph, Name, Network, Summand};
use std::{
    ffi::OsString,
    io::{self, Write as _},
    process::ExitCode,
};

/// The whole `main` of a program that declares a network: gives it its command line.
///
/// Without arguments the network is checked and written to `target/synth/NAME/`; `check`, `diff`,
/// `graph` and `explain` do what they say, and `--help` tells the rest. The exit code is 0 if all went
/// well, 1 if the network has errors or a file could not be read or written (nothing is written
/// then), 2 if the arguments make no sense, and from `diff` 3 if there are differences, 4 if data is
/// lost with them.
///
/// `name` names the network, its folder and its stack: lower-case letters, digits and hyphens.
///
/// ```no_run
/// use net_dsl::prelude::*;
/// use std::process::ExitCode;
///
/// # contract! { pub Task: Tick => () {} }
/// # fn nightly() -> Network { Network::empty() }
/// fn main() -> ExitCode {
///     net_synth::run("chores", nightly())
/// }
/// ```
pub fn run(name: &str, network: impl Summand) -> ExitCode {
    let (mut out, mut err) = (anstream::stdout(), anstream::stderr());
    run_with(name, &network.network(), std::env::args_os(), &mut out, &mut err)
}

/// [`run`] with its arguments, the program's name first, and its output given.
pub fn run_with(
    name: &str,
    network: &Network,
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn io::Write,
    err: &mut dyn io::Write,
) -> ExitCode {
    ExitCode::from(respond(name, network, arguments, out, err))
}

/// [`run_with`], with the exit code as a number.
fn respond(
    name: &str,
    network: &Network,
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn io::Write,
    err: &mut dyn io::Write,
) -> u8 {
    let (mut out, mut err) = (Listener(out), Listener(err));
    let done = try_run(name, network, arguments, &mut out, &mut err);
    match done.and_then(|code| out.flush().map(|()| code)) {
        Ok(code) => code,
        Err(error) => {
            let _ = fail(&mut err, &error.to_string());
            FAILED
        }
    }
}

/// Somebody who may stop listening, which changes nothing of what is done.
struct Listener<'w>(&'w mut dyn io::Write);

impl io::Write for Listener<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            done => done,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done,
        }
    }
}

const SUCCEEDED: u8 = 0;
const FAILED: u8 = 1;
const MISUSED: u8 = 2;

fn try_run(
    name: &str,
    network: &Network,
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn io::Write,
    err: &mut dyn io::Write,
) -> io::Result<u8> {
    let called = name;
    let name = match Name::new(name) {
        Ok(name) => name,
        Err(error) => {
            fail(err, &format!("the network's name: {error}"))?;
            return Ok(FAILED);
        }
    };
    let request = match arguments::parse(&name, arguments) {
        Ok(request) => request,
        // Help and version are errors to clap, and not to anybody else.
        Err(answer) => {
            let text = answer.render().ansi().to_string();
            if answer.use_stderr() {
                err.write_all(text.as_bytes())?;
                return Ok(MISUSED);
            }
            out.write_all(text.as_bytes())?;
            return Ok(SUCCEEDED);
        }
    };
    let Request { command, json } = request;
    match command {
        Command::Synthesise { folder, packages, architecture } => {
            let packages = match packages.as_deref().map(synthesise::read_packages).transpose() {
                Ok(packages) => packages.unwrap_or_default(),
                Err(message) => {
                    fail(err, &message)?;
                    return Ok(FAILED);
                }
            };
            let choices = synthesise::Choices { packages, architecture };
            synthesise::run(&name, network, &choices, &folder, json, out, err)
        }
        Command::Check { terraform } => {
            check::run(&name, &Graph::new(network), terraform, json, out)
        }
        Command::Diff { against } => diff::run(&name, network, &against, json, out, err),
        Command::Graph { notation, file } => graph::run(network, notation, file, out, err),
        Command::Answer => answer::run(called, network, io::stdin().lock(), out),
        Command::Explain { code } => explain::run(code.as_deref(), out, err),
    }
}

/// Says why nothing was done.
fn fail(err: &mut dyn io::Write, message: &str) -> io::Result<()> {
    let style = anstyle::AnsiColor::BrightRed.on_default().bold();
    writeln!(err, "{style}error{style:#}: {message}")
}

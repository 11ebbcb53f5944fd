//! `cargo xtask ci`: everything that has to hold before a change lands, both tiers of tests among it.

use anstyle::{AnsiColor, Style};
use net_tests::{python::root, toolchain};
use serde_json::Value;
use std::{
    env,
    ffi::OsString,
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

/// What is held to [`deny.toml`](../../../deny.toml), built once into `target/tools`.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

type Step = (&'static str, fn() -> Result<(), String>);

/// The short tier comes first: on a machine that has just downloaded what `cargo test` downloads, it must
/// pass as it is.
const STEPS: [Step; 6] = [
    ("cargo test", || cargo(["test"])),
    ("the full tier of tests", full_tier),
    ("formatting", formatting),
    ("clippy", || {
        // Test targets of the full tier are no part of `--all-targets`.
        cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--test",
            "*",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ])
    }),
    ("documentation", || {
        let mut command = command(["doc", "--workspace", "--no-deps", "--quiet"]);
        run(command.env("RUSTDOCFLAGS", "-D warnings"))
    }),
    ("licences and sources of dependencies", dependencies),
];

/// Takes every step, in order, up to the first that fails.
///
/// Prints how long each took. Ends in failure if one fails, which is said on standard error.
pub fn run_all() -> ExitCode {
    let mut taken: Vec<(&str, Duration)> = Vec::new();
    for (name, step) in STEPS {
        say(AnsiColor::BrightBlue, &format!("ci: {name}"));
        let start = Instant::now();
        if let Err(why) = step() {
            say(AnsiColor::BrightRed, &format!("ci: {name}: {why}"));
            return ExitCode::FAILURE;
        }
        taken.push((name, start.elapsed()));
    }
    for (name, time) in taken {
        say(AnsiColor::BrightGreen, &format!("ci: {:>5} s  {name}", time.as_secs()));
    }
    ExitCode::SUCCESS
}

fn say(color: AnsiColor, text: &str) {
    let style: Style = color.on_default().bold();
    // A reader that has gone does not stop the checks: the exit code says what came of them.
    let _ = writeln!(anstream::stderr(), "{style}{text}{style:#}");
}

/// The test targets with `test = false`, by one process of cargo, so that one set of features is compiled.
fn full_tier() -> Result<(), String> {
    toolchain::have_crates();
    let output = command(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| error.to_string())?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let mut command = command(["test", "--workspace", "--no-fail-fast"]);
    let targets = metadata["packages"].as_array().into_iter().flatten();
    let targets = targets.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let mut count = 0;
    for target in targets.filter(|target| target["kind"][0] == "test" && target["test"] == false) {
        command.args(["--test", target["name"].as_str().unwrap_or_default()]);
        count += 1;
    }
    if count == 0 {
        return Err("cargo names no test target with `test = false`".to_owned());
    }
    run(&mut command)
}

/// Every file that git tracks: `cargo fmt` follows `mod` lines only and misses what a macro or
/// `#[path = …]` brings in.
fn formatting() -> Result<(), String> {
    let output = Command::new("git")
        .args(["ls-files", "*.rs"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("git: {error}"))?;
    let files = String::from_utf8_lossy(&output.stdout).into_owned();
    // What is compared with the compiler's messages line by line keeps its lines.
    let files: Vec<_> =
        files.lines().filter(|file| !file.starts_with("tests/compile/fail")).collect();
    if files.is_empty() {
        return Err("git names no file; run it in a clone".to_owned());
    }
    run(Command::new("rustfmt")
        .args(["--check", "--edition", "2024"])
        .args(files)
        .current_dir(root()))
}

/// Security advisories need a database that is no crate: `cargo deny check advisories` fetches it.
fn dependencies() -> Result<(), String> {
    let tools = root().join("target/tools");
    let program: PathBuf = tools.join("bin/cargo-deny");
    let stamp = tools.join("cargo-deny.version");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(CARGO_DENY) {
        let mut install = command(["install", "--locked", "--force", "--quiet", CARGO_DENY]);
        // Compiled beside the other tools, which share none of the workspace's dependencies.
        install.arg("--root").arg(&tools).env("CARGO_TARGET_DIR", tools.join("build"));
        run(&mut install)?;
        fs::write(&stamp, CARGO_DENY).map_err(|error| error.to_string())?;
    }
    run(Command::new(program).args(["check", "bans", "licenses", "sources"]).current_dir(root()))
}

fn cargo<const N: usize>(arguments: [&str; N]) -> Result<(), String> {
    run(&mut command(arguments))
}

fn command<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.args(arguments).current_dir(root());
    // `cargo run` sets these for this program; for another run of cargo they would be changes.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_")) {
            command.env_remove(name);
        }
    }
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH");
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| {
        format!("{} cannot be started: {error}", command.get_program().display())
    })?;
    if status.success() { Ok(()) } else { Err(status.to_string()) }
}

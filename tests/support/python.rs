//! The tools that tests run beside cargo's: the Python ones, and AWS's validation engine.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

const NEEDED: &str = "the tests with cfn-lint, with MiniStack and with zig need Python 3.10 or newer with \
    venv (Debian, Ubuntu: apt-get install python3-venv)";

/// The programs that `tools/requirements.txt` pins, installed in `target/python`; `None`, and a
/// line on standard error, where there is no Python.
///
/// # Panics
/// If they cannot be installed; in continuous integration (`CI=true`) also if there is no Python.
pub fn bin() -> Option<&'static Path> {
    static BIN: OnceLock<Option<PathBuf>> = OnceLock::new();
    BIN.get_or_init(|| environment("python", "tools/requirements.txt")).as_deref()
}

/// A Python environment in `target` with what a file of requirements pins: its programs.
pub(crate) fn environment(name: &str, requirements: &str) -> Option<PathBuf> {
    if has_python() {
        return Some(install(name, requirements));
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{NEEDED}");
    // Not `eprintln!`, which the test harness swallows when tests pass.
    let _ = writeln!(std::io::stderr(), "skipped: {NEEDED}");
    None
}

/// AWS's validation engine, built from `tools/validate-template`; the first build takes minutes.
///
/// # Panics
/// If it cannot be built.
pub fn validate_template() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let target = root().join("target/tools");
        run(Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            // The engine declares a newer Rust than it needs.
            .args(["build", "--release", "--locked", "--ignore-rust-version", "--manifest-path"])
            .arg(root().join("tools/validate-template/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target));
        target.join("release/validate-template").with_extension(std::env::consts::EXE_EXTENSION)
    })
}

/// The directory of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace")
}

fn has_python() -> bool {
    Command::new("python3")
        .args(["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Once for each content of the requirements, by one process at a time.
fn install(name: &str, requirements: &str) -> PathBuf {
    let requirements = root().join(requirements);
    let wanted = fs::read_to_string(&requirements).expect("the requirements can be read");
    let venv = root().join("target").join(name);
    let (stamp, bin) = (venv.join("requirements.txt"), venv.join("bin"));

    fs::create_dir_all(root().join("target")).expect("target can be created");
    let lock = File::create(venv.with_extension("lock")).expect("a lock can be created");
    lock.lock().expect("the lock can be taken");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return bin;
    }
    // It takes a while, and whoever waits wants to know for what.
    let _ = writeln!(std::io::stderr(), "installing {} into target/{name}", requirements.display());
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
    run(Command::new(bin.join("python"))
        .args(["-m", "pip", "install", "--disable-pip-version-check", "--requirement"])
        .arg(&requirements));
    fs::write(stamp, wanted).expect("the stamp can be written");
    bin
}

/// Runs a program that must succeed.
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

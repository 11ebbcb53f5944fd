//! What tests compile with: downloaded crates, Rust's target for an engine of this machine, and a
//! compiler of C.

use crate::python::{self, root};
use std::{env, ffi::OsString, process::Command, sync::Once};

/// This machine's processor, as Lambda calls it: an engine runs functions on the machine it is on.
pub const PROCESSOR: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// What functions for this machine's processor are compiled for.
pub const TARGET: &str = if cfg!(target_arch = "aarch64") {
    "aarch64-unknown-linux-musl"
} else {
    "x86_64-unknown-linux-musl"
};

/// The `PATH` by which `synth` compiles functions of whatever dependencies.
///
/// Installs the target by rustup and, where there is no `musl-gcc`, what `tools/zig.txt` pins into
/// `target/zig`. None, and a line on standard error, where there is no Python to do so.
///
/// # Panics
/// If something cannot be installed; in continuous integration also if there is no Python.
pub fn path() -> Option<OsString> {
    have_target();
    let path = env::var_os("PATH").unwrap_or_default();
    let has_compiler = env::split_paths(&path).any(|folder| folder.join("musl-gcc").is_file());
    if has_compiler && cfg!(target_arch = "x86_64") {
        return Some(path);
    }
    let zig = python::environment("zig", "tools/zig.txt")?;
    let folders = std::iter::once(zig).chain(env::split_paths(&path));
    Some(env::join_paths(folders).expect("a folder of the workspace has no colon in its name"))
}

/// The target, installed by rustup if need be.
pub fn have_target() {
    let rustup = |arguments: &[&str]| Command::new("rustup").args(arguments).output();
    // Without rustup the compiler has the target, or `synth` says that it has not.
    let Ok(installed) = rustup(&["target", "list", "--installed"]) else { return };
    if !String::from_utf8_lossy(&installed.stdout).lines().any(|line| line == TARGET) {
        let added = rustup(&["target", "add", TARGET]).expect("rustup runs");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }
}

/// Every crate that the workspace's lock file names, downloaded.
///
/// Building the workspace downloads what this platform needs. Cargo without a network wants the crates
/// of all platforms, and tests run it so: they compile what is there and look for nothing newer.
///
/// # Panics
/// If they cannot be downloaded.
pub fn have_crates() {
    static FETCHED: Once = Once::new();
    FETCHED.call_once(|| {
        let fetched = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["fetch", "--locked", "--quiet"])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    });
}

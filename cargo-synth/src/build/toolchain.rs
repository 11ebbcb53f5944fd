//! What builds for Lambda's platform, and what is missing to do so.
//!
//! Packages are linked statically with musl: they run on every Amazon Linux, whatever C library the
//! machine has that builds them.

use crate::{
    error::{Error, Result},
    folder::Processor,
};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// How to build for one processor.
#[derive(Debug)]
pub(crate) struct Toolchain {
    /// The target, as cargo calls it.
    pub(crate) target: &'static str,
    /// The command of cargo that builds.
    pub(crate) command: &'static str,
    /// The compiler and linker of that target.
    pub(crate) environment: Vec<(String, String)>,
}

/// The toolchain for a processor: the system's own compiler, or zig's where there is none.
pub(crate) fn find(processor: Processor, needs_c: bool) -> Result<Toolchain> {
    let (target, compiler, package) = match processor {
        Processor::Arm64 => {
            ("aarch64-unknown-linux-musl", "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu")
        }
        Processor::X86_64 => ("x86_64-unknown-linux-musl", "musl-gcc", "musl-tools"),
    };
    if !has_target(target)? {
        return Err(Error::new(format!(
            "Rust cannot compile for {target} here, which {} functions need",
            processor.as_str()
        ))
        .help(format!("rustup target add {target}")));
    }
    let native = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    if native && in_path(compiler).is_some() {
        let environment = match processor {
            Processor::Arm64 => cross_gcc(target, compiler),
            Processor::X86_64 => Vec::new(),
        };
        return Ok(Toolchain { target, command: "build", environment });
    }
    // Where no C is compiled, Rust's own start files and the host's linker do.
    if native && processor == Processor::X86_64 && !needs_c && in_path("cc").is_some() {
        return Ok(Toolchain { target, command: "build", environment: Vec::new() });
    }
    if in_path("cargo-zigbuild").is_some() {
        return Ok(Toolchain { target, command: "zigbuild", environment: Vec::new() });
    }
    let error = Error::new(format!(
        "there is no compiler for {target} here, which {} functions need",
        processor.as_str()
    ))
    .why("the handlers' dependencies contain C, and something has to link");
    Err(if native {
        error
            .help(format!("Debian, Ubuntu: apt-get install {package}"))
            .help("or anywhere: pip install cargo-zigbuild")
    } else {
        error.help("pip install cargo-zigbuild")
    })
}

/// A compiler made for another C library: what it assumes of that library is switched off.
fn cross_gcc(target: &str, compiler: &str) -> Vec<(String, String)> {
    let lower = target.replace('-', "_");
    vec![
        (format!("CC_{lower}"), compiler.to_owned()),
        (format!("CFLAGS_{lower}"), "-U_FORTIFY_SOURCE -mno-outline-atomics".to_owned()),
        (format!("CARGO_TARGET_{}_LINKER", lower.to_uppercase()), compiler.to_owned()),
    ]
}

/// Whether the standard library of a target is installed.
fn has_target(target: &str) -> Result<bool> {
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--print", "sysroot"])
        .output()
        .map_err(|error| Error::start("rustc", &error).help("install Rust: https://rustup.rs"))?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    Ok(sysroot.join("lib/rustlib").join(target).join("lib").is_dir())
}

fn in_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program).with_extension(env::consts::EXE_EXTENSION))
        .find(|path| Path::is_file(path))
}

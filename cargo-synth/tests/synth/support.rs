//! `synth` as a process, in a workspace of the test's own.

pub(crate) use net_tests::said::{Said, said};

use net_tests::{python::root, toolchain};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The fixture `restaurant`, a network of two functions and their handlers, to be changed.
///
/// Always in the same folder, so that what it depends on is compiled once; so there is one at a time.
pub(crate) struct Project {
    folder: PathBuf,
    // Held until the test is done with it.
    _lock: File,
}

impl Project {
    pub(crate) fn new() -> Project {
        let tests = root().join("target/tests");
        fs::create_dir_all(&tests).expect("a folder can be made");
        let lock = File::create(tests.join("cargo-synth.lock")).expect("a lock can be made");
        lock.lock().expect("the lock can be taken");
        toolchain::have_target();
        toolchain::have_crates();
        let project = Project { folder: tests.join("cargo-synth"), _lock: lock };
        project.restore(&project.folder);
        // What an earlier test made is not what this one makes.
        for folder in ["target/synth", ".cargo"] {
            let _ = fs::remove_dir_all(project.path().join(folder));
        }
        project
    }

    /// The fixture as it is, in a folder.
    fn restore(&self, folder: &Path) {
        copy(&root().join("cargo-synth/tests/fixtures/restaurant"), folder);
        // The same versions, already downloaded.
        write(
            &folder.join("Cargo.lock"),
            &fs::read(root().join("Cargo.lock")).expect("a lock file"),
        );
        let manifest = folder.join("network/Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let libraries = format!("path = \"{}/net-", root().display());
        write(&manifest, text.replace("path = \"../../../../../net-", &libraries).as_bytes());
    }

    /// The same in another folder, with no handler compiled yet.
    pub(crate) fn elsewhere(&self, folder: &Path) -> Command {
        self.restore(folder);
        let copied = Command::new("cp")
            .args(["-a", "target"])
            .arg(folder)
            .current_dir(self.path())
            .status()
            .expect("cp runs");
        assert!(copied.success());
        fs::remove_dir_all(folder.join("target/x86_64-unknown-linux-musl")).expect("handlers");
        let mut command = self.synth(&["build"]);
        command.current_dir(folder);
        command
    }

    /// Changes a file; what is replaced has to be there.
    #[track_caller]
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let file = self.folder.join(file);
        let text = fs::read_to_string(&file).expect("a file of the fixture");
        assert!(text.contains(from), "no `{from}` in {}", file.display());
        fs::write(&file, text.replace(from, to)).expect("the file can be written");
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Where the network's files are.
    pub(crate) fn synthesised(&self) -> PathBuf {
        self.path().join("target/synth/restaurant")
    }

    pub(crate) fn synth(&self, arguments: &[&str]) -> Command {
        self.synth_of("restaurant", arguments)
    }

    /// `synth` of a package's program.
    pub(crate) fn synth_of(&self, package: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_synth"));
        command
            .args(arguments)
            .args(["--package", package])
            .current_dir(self.path())
            .env("CARGO_NET_OFFLINE", "true")
            .stdin(Stdio::null());
        for name in ["CARGO_TARGET_DIR", "CLICOLOR", "CLICOLOR_FORCE", "RUSTFLAGS"] {
            command.env_remove(name);
        }
        command
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the fixture can be read") {
        let entry = entry.expect("the fixture can be read");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            write(&to, &fs::read(entry.path()).expect("a file of the fixture"));
        }
    }
}

/// Leaves a file alone that is right already, so that cargo does.
fn write(file: &Path, bytes: &[u8]) {
    if fs::read(file).ok().as_deref() != Some(bytes) {
        fs::write(file, bytes).expect("a file can be written");
    }
}

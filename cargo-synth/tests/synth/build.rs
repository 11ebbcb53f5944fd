//! What `synth` and `synth build` make.

use crate::support::{Project, said};
use net_tests::run::Folder;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

pub(crate) fn packages(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder.join("packages"))
        .expect("packages")
        .map(|entry| {
            let entry = entry.expect("a package");
            let name = entry.file_name().into_string().expect("UTF-8");
            (format!("packages/{name}"), fs::read(entry.path()).expect("a package can be read"))
        })
        .collect()
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON")
}

#[test]
fn a_folder_has_the_packages_its_template_names() {
    let project = Project::new();
    let run = said(&mut project.synth(&[])).code(0);
    assert_eq!(run.count("Compiling 2 binaries for x86_64-unknown-linux-musl"), 1, "{}", run.err);

    let packages = packages(&project.synthesised());
    let template = json(&project.synthesised().join("template.json"));
    for function in ["Waiter", "Cook"] {
        let properties = &template["Resources"][format!("{function}Function")]["Properties"];
        let key = properties["Code"]["S3Key"].as_str().expect("a key");
        let mut zip = zip::ZipArchive::new(Cursor::new(&packages[key])).expect("a zip");
        assert_eq!(zip.len(), 1);
        let mut file = zip.by_name("bootstrap").expect("bootstrap");
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let mut magic = [0; 4];
        file.read_exact(&mut magic).expect("a program");
        assert_eq!(&magic, b"\x7fELF");
    }
    assert_eq!(packages.len(), 2);
    for file in ["network.json", "network.mmd", "network.dot", "packages.json"] {
        assert!(project.synthesised().join(file).is_file(), "{file}");
    }
}

#[test]
fn the_same_source_makes_the_same_packages() {
    let project = Project::new();
    said(&mut project.synth(&["build"])).code(0);
    let one = packages(&project.synthesised());

    // As on another machine.
    let elsewhere = Folder::new();
    let run = said(&mut project.elsewhere(elsewhere.path())).code(0);
    assert_eq!(run.count("Compiled "), 3, "{}", run.err);
    let other = packages(&elsewhere.path().join("target/synth/restaurant"));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(one == other);
}

#[test]
fn one_changed_handler_is_compiled_alone() {
    let project = Project::new();
    said(&mut project.synth(&[])).code(0);
    let before = packages(&project.synthesised());

    project.edit("handlers/src/bin/cook.rs", "\"cook\"", "\"chef\"");
    let run = said(&mut project.synth(&[])).code(0);
    assert_eq!((run.count("Compiled cook"), run.count("Compiled ")), (1, 1), "{}", run.err);
    let after = packages(&project.synthesised());
    let kept: Vec<_> = after.keys().filter(|key| before.contains_key(*key)).collect();
    assert_eq!((kept.len(), after.len()), (1, 2));
    assert!(kept[0].starts_with("packages/waiter-"), "{kept:?}");
}

#[test]
fn what_somebody_else_keeps_beside_the_packages_stays() {
    let project = Project::new();
    let out = Folder::new();
    let file = |name: &str| out.path().join("packages").join(name);
    fs::create_dir(out.path().join("packages")).expect("a folder");
    let (old, unfinished) = ("cook-0123456789abcdef.zip", "cook-0123456789abcdef.zip.4711");
    let others = ["README.md", "cook.zip", "cook-1.2.zip"];
    for name in others.into_iter().chain([old, unfinished]) {
        fs::write(file(name), "bytes").expect("a file");
    }
    let folder = out.path().display().to_string();
    said(&mut project.synth(&["--out", &folder])).code(0);
    for name in others {
        assert!(file(name).is_file(), "{name}");
    }
    assert!(!file(old).exists() && !file(unfinished).exists());
}

#[test]
fn a_missing_binary_is_named_with_its_function() {
    let project = Project::new();
    project.edit("network/src/main.rs", "binary!(\"cook\")", "binary!(\"coko\")");
    said(&mut project.synth(&["build"])).code(1).has(&[
        "no package of the workspace has `coko`, the code of `cook`",
        "did you mean `cook`?",
        "src/bin/coko.rs",
    ]);
    assert!(!project.synthesised().exists());
}

#[test]
fn a_missing_target_is_one_error_with_the_command_that_installs_it() {
    let project = Project::new();
    // A compiler without targets, to whoever asks where they are.
    let bin = project.path().join("bin");
    let path = std::env::var("PATH").expect("a path");
    let script = format!(
        "#!/bin/sh\n[ \"$*\" = '--print sysroot' ] && exec echo /nowhere\n\
         PATH='{path}' exec rustc \"$@\"\n"
    );
    fs::create_dir_all(&bin).expect("a folder");
    fs::write(bin.join("rustc"), script).expect("a script");
    fs::set_permissions(bin.join("rustc"), fs::Permissions::from_mode(0o755)).expect("permissions");

    let path = format!("{}:{path}", bin.display());
    said(project.synth(&["build"]).env("PATH", path))
        .code(1)
        .has(&["which x86_64 functions need", "rustup target add x86_64-unknown-linux-musl"]);
    assert!(!project.synthesised().exists());
}

#[test]
fn what_does_not_compile_is_shown_as_the_compiler_shows_it() {
    let project = Project::new();
    project.edit("handlers/src/bin/cook.rs", "\"cook\"", "7");
    let run = said(&mut project.synth(&[])).code(1).has(&[
        "error[E0308]: mismatched types",
        "the handlers do not compile for x86_64-unknown-linux-musl",
    ]);
    assert_eq!(run.out, "");
    assert!(!project.synthesised().exists());
}

#[test]
fn a_network_with_errors_builds_nothing() {
    let project = Project::new();
    project.edit("network/src/main.rs", " + waiter.sends_to(&orders())", "");
    let run = said(&mut project.synth(&[])).code(1).has(&["N201", "the network has errors"]);
    assert_eq!(run.count("Compiling 2 binaries"), 0, "{}", run.err);
    assert!(!project.synthesised().exists());
}

#[test]
fn the_command_line_explains_itself() {
    let project = Project::new();
    said(project.synth(&[]).arg("--help")).code(0).has(&["synth deploy", "Exit status"]);
    said(project.synth(&["deploy"]).arg("--help")).code(0).has(&["--parameter", "never printed"]);
    said(&mut project.synth(&["--frobnicate"])).code(2).has(&["--frobnicate"]);
    for (option, name) in [("--stack-name", "a_b"), ("--bucket", "Pantry"), ("--bucket", "p")] {
        let refused = said(project.synth(&["deploy", "--yes"]).args([option, name])).code(2);
        refused.has(&[option, name, "letters, digits"]);
    }
    let mut cargo = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-synth"));
    said(cargo.args(["synth", "--version"])).code(0).has(&[env!("CARGO_PKG_VERSION")]);
}

//! Which program declares the network, and what it has to be.

use crate::support::{Project, said};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    process::Stdio,
};

impl Project {
    /// Puts another program in the network's place.
    fn with_main(&self, main: &str) {
        fs::write(self.path().join("network/src/main.rs"), main).expect("a file can be written");
    }
}

#[test]
fn a_program_that_declares_nothing_is_told_from_one_that_does() {
    let project = Project::new();
    project.with_main("fn main() { println!(\"hello\"); }");
    said(&mut project.synth(&[])).code(1).has(&[
        "the binary `restaurant` does not answer as a program that declares a network",
        "hello",
        "net_synth::run",
    ]);
    project.with_main("fn main() { panic!(\"the kitchen is on fire\") }");
    said(&mut project.synth(&["build"])).code(1).has(&["exit status: 101", "on fire"]);
    project.with_main(
        "fn main() -> std::process::ExitCode { net_synth::run(\"No Name\", net_dsl::Network::empty()) }",
    );
    said(&mut project.synth(&[])).code(1).has(&["the network's name"]);
    assert!(!project.synthesised().exists());
}

#[test]
fn a_program_that_does_not_end_is_named() {
    let project = Project::new();
    project.with_main("fn main() { loop { std::thread::park(); } }");
    let mut command = project.synth(&[]);
    let mut child = command.stderr(Stdio::piped()).spawn().expect("synth");
    let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let waiting = "Waiting for the binary `restaurant`; a program that declares a network answers";
    let said = lines.map_while(Result::ok).any(|line| line.contains(waiting));
    // The one that is waited for goes first.
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let children = fs::read_to_string(children).expect("it has one");
    for program in children.split_whitespace() {
        std::process::Command::new("kill").arg(program).status().expect("kill runs");
    }
    child.wait().expect("it ends");
    assert!(said);
}

#[test]
fn which_program_is_meant_is_said_as_for_cargo_run() {
    let project = Project::new();
    let synth = |arguments: &[&str]| {
        let mut command = project.synth(&[]);
        said(command.args(arguments))
    };
    synth(&["--bin", "restaurant"]).code(0);
    synth(&["--bin", "diner"]).code(1).has(&["there is no bin `diner`", "there is: `restaurant`"]);
    synth(&["--example", "diner"]).code(1).has(&["there is no example `diner`", "there is: none"]);

    said(&mut project.synth_of("diner", &[]))
        .code(1)
        .has(&["the workspace has no package `diner`", "`restaurant`"]);
    said(&mut project.synth_of("restaurant-handlers", &[])).code(1).has(&[
        "it is not said which program declares the network",
        "`cook`, `waiter`",
        "default-run",
    ]);
}

/// What is compiled anew while the functions are built makes no difference.
#[test]
fn what_is_written_is_what_was_checked() {
    let project = Project::new();
    said(&mut project.synth(&[])).code(0);
    let template = project.synthesised().join("template.json");
    let before = fs::read_to_string(&template).expect("a template");

    let cargo = project.path().join("bin/cargo");
    fs::create_dir_all(project.path().join("bin")).expect("a folder");
    let script = "#!/bin/sh
case \"$*\" in *--target*)
    sed -i 's/mebibytes!(256)/mebibytes!(512)/' network/src/main.rs
    cargo build --quiet --package restaurant || exit 1
esac
exec cargo \"$@\"
";
    fs::write(&cargo, script).expect("a script");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("permissions");
    said(project.synth(&[]).env("CARGO", &cargo)).code(0);
    assert_eq!(fs::read_to_string(&template).expect("a template"), before);

    said(&mut project.synth(&[])).code(0);
    assert_ne!(fs::read_to_string(&template).expect("a template"), before);
}

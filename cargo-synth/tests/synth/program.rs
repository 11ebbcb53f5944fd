//! Which program declares the network, and what it has to be.

use crate::support::{Project, said};
use std::{fs, os::unix::fs::PermissionsExt as _};

impl Project {
    /// Puts another program in the network's place.
    fn with_main(&self, main: &str) {
        fs::write(self.path().join("network/src/main.rs"), main).expect("a file can be written");
    }
}

#[test]
fn a_program_that_declares_nothing_is_told_from_one_that_does() {
    let project = Project::new();
    let no_network =
        "the package `restaurant` does not answer as a program that declares a network";
    project.with_main("fn main() { println!(\"hello\"); }");
    said(&mut project.synth(&[])).code(1).has(&[no_network, "hello", "net_synth::run"]);
    project.with_main("fn main() { panic!(\"the kitchen is on fire\") }");
    said(&mut project.synth(&["build"])).code(1).has(&["on fire", "panics", "exit status: 101"]);
    project.with_main(
        "fn main() -> std::process::ExitCode {
             net_synth::run(\"No Name\", net_dsl::Network::empty())
         }",
    );
    said(&mut project.synth(&[])).code(1).has(&["the network's name"]);
    assert!(!project.synthesised().exists());
}

#[test]
fn what_a_program_says_besides_is_shown() {
    let project = Project::new();
    let (start, talkative) = (
        "net_synth::run(",
        "println!(\"so much to do\"); eprintln!(\"so little time\"); net_synth::run(",
    );
    project.edit("network/src/main.rs", start, talkative);
    let run = said(&mut project.synth(&["build"])).code(0);
    assert_eq!((run.count("so much to do"), run.count("so little time")), (1, 1), "{}", run.err);
    assert!(!run.out.contains("so much"), "{}", run.out);
}

#[test]
fn which_program_is_meant_is_said_as_for_cargo_run() {
    let project = Project::new();
    let main = "network/src/main.rs";
    // What cargo gives to the programs it runs.
    fs::create_dir_all(project.path().join(".cargo")).expect("a folder");
    let config = project.path().join(".cargo/config.toml");
    fs::write(&config, "[env]\nSIZE = \"512\"\n").expect("a file");
    project.edit(
        main,
        "fn main() -> ExitCode {",
        "fn main() -> ExitCode {
             assert_eq!(std::env::var(\"SIZE\").as_deref(), Ok(\"512\"));
             assert!(std::env::var_os(\"CARGO_MANIFEST_DIR\").is_some());",
    );
    let synth = |arguments: &[&str]| {
        let mut command = project.synth(&["build"]);
        said(command.args(arguments))
    };
    synth(&["--bin", "restaurant"]).code(0);
    fs::remove_file(&config).expect("a file can be removed");
    synth(&[]).code(1).has(&["NotPresent", "the package `restaurant` is not there", "panics"]);
    synth(&["--bin", "diner"]).code(1).has(&["no bin target named `diner`", "--bin NAME"]);
    let handlers = said(&mut project.synth_of("restaurant-handlers", &[])).code(1);
    handlers.has(&["could not determine which binary to run", "cook, waiter"]);
    said(&mut project.synth_of("diner", &[])).code(1).has(&["diner", "as for `cargo run`"]);
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

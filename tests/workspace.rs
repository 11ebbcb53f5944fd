//! What the workspace promises whoever compiles it.

use net_tests::{python::root, toolchain::have_crates};
use serde_json::Value;
use std::process::Command;

#[test]
fn what_an_example_compiles_has_no_sdk_in_it() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "serverless-networks", "--edges", "normal,dev"])
        .args(["--prefix", "none", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("UTF-8");
    assert!(tree.lines().any(|line| line.starts_with("net-synth ")), "{tree}");
    let sdk: Vec<_> = tree.lines().filter(|line| line.starts_with("aws-")).collect();
    assert!(sdk.is_empty(), "{sdk:?}");
}

/// `1.94.1` as numbers; what is left out is 0.
fn version(text: &str) -> [u32; 3] {
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(text.split('.')) {
        *number = part.parse().expect("a version has numbers");
    }
    numbers
}

#[test]
fn the_rust_version_is_no_older_than_what_dependencies_ask_for() {
    have_crates();
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let ours = packages.iter().find(|package| package["name"] == "net-dsl").expect("net-dsl");
    let ours = version(ours["rust_version"].as_str().expect("a rust-version"));
    let newer: Vec<_> = packages
        .iter()
        .filter(|package| {
            package["rust_version"].as_str().is_some_and(|asked| version(asked) > ours)
        })
        .map(|package| format!("{} {}", package["name"], package["rust_version"]))
        .collect();
    assert!(
        newer.is_empty(),
        "rust-version in Cargo.toml is older than what these ask for: {newer:?}"
    );
}

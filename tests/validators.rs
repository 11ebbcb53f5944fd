//! Validators that know AWS's own schemas find nothing in what is emitted. Nothing is suppressed but what
//! [`is_false`] proves to be false.

use net_dsl::{Graph, Name, Network, Runtime, name};
use net_synth::{Plan, emit};
use net_tests::{everything::everything, networks::examples, python};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

#[expect(dead_code, reason = "as an example it is a program")]
#[path = "../examples/album.rs"]
mod album;

fn networks() -> Vec<(Name, Network)> {
    let scenarios = alexa_patterns::scenarios().into_iter();
    let scenarios = scenarios.map(|scenario| (scenario.name, scenario.network));
    let others = [(name!("everything"), everything()), (name!("album"), album::album())];
    examples().into_iter().chain(others).chain(scenarios).collect()
}

/// Every network's template in a directory of the test's own, so that tests can run at once.
fn templates(directory: &str) -> Vec<PathBuf> {
    networks()
        .iter()
        .map(|(name, network)| {
            let template = emit::cloudformation(&Plan::new(name, &Graph::new(network)));
            write(directory, &name.to_string(), &template)
        })
        .collect()
}

/// A template that both validators would take but for one letter.
fn misspelt(directory: &str) -> Vec<PathBuf> {
    let (name, network) = (name!("misspelt"), everything());
    let template = emit::cloudformation(&Plan::new(&name, &Graph::new(&network)));
    let faulty = template.replacen("\"VisibilityTimeout\"", "\"VisibilityTimeut\"", 1);
    assert_ne!(faulty, template);
    vec![write(directory, &name.to_string(), &faulty)]
}

fn write(directory: &str, name: &str, template: &str) -> PathBuf {
    let directory = python::root().join("target/tests/validators").join(directory);
    fs::create_dir_all(&directory).expect("a directory for templates can be created");
    let file = directory.join(name).with_extension("json");
    fs::write(&file, template).expect("a template can be written");
    file
}

fn cfn_lint(bin: &Path, templates: &[PathBuf]) -> Output {
    Command::new(bin.join("cfn-lint"))
        .args(["--format", "pretty", "--regions", "eu-west-1", "us-east-1", "--template"])
        .args(templates)
        .output()
        .expect("cfn-lint runs")
}

fn engine(templates: &[PathBuf]) -> Output {
    Command::new(python::validate_template())
        .args(templates)
        .output()
        .expect("validate-template runs")
}

#[track_caller]
fn assert_accepts(output: &Output) {
    assert!(output.status.success(), "{}", text(output));
}

#[track_caller]
fn assert_refuses_the_misspelt(output: &Output) {
    assert!(
        !output.status.success() && text(output).contains("VisibilityTimeut"),
        "{}",
        text(output)
    );
}

fn text(output: &Output) -> String {
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\n{out}{err}", output.status)
}

#[test]
fn cfn_lint_accepts_every_template() {
    let Some(bin) = python::bin() else { return };
    assert_accepts(&cfn_lint(bin, &templates("cfn-lint")));
}

#[test]
fn cfn_lint_refuses_a_misspelt_property() {
    let Some(bin) = python::bin() else { return };
    assert_refuses_the_misspelt(&cfn_lint(bin, &misspelt("cfn-lint")));
}

#[test]
fn the_properties_are_those_of_the_schemas() {
    assert_is_up_to_date("tools/properties.py");
    assert_is_up_to_date("tools/property_limits.py");
    assert_is_up_to_date("tools/raw_types.py");
}

#[test]
fn terraforms_arguments_are_those_of_both_schemas() {
    assert_is_up_to_date("tools/terraform_arguments.py");
}

#[test]
fn what_replaces_a_resource_is_what_the_schemas_say() {
    assert_is_up_to_date("tools/create_only.py");
}

/// The day of the list that [`Runtime`] is.
const TODAY: &str = "2026-11-24";

#[test]
fn the_runtimes_are_those_that_lambda_has_not_deprecated() {
    let Some(bin) = python::bin() else { return };
    let find = "import cfnlint, pathlib; \
        print(pathlib.Path(cfnlint.__file__).parent / 'data/AdditionalSpecs/LmbdRuntimeLifecycle.json')";
    let found = Command::new(bin.join("python")).args(["-c", find]).output().expect("Python runs");
    assert_accepts(&found);
    let file = String::from_utf8(found.stdout).expect("a path");
    let text = fs::read_to_string(file.trim()).expect("cfn-lint's list of runtimes");
    let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let current: BTreeSet<_> = list
        .as_object()
        .expect("runtimes")
        .iter()
        // What is for images alone is never blocked.
        .filter(|(_, life)| life["create-block"].is_string())
        .filter(|(_, life)| life["deprecated"].as_str().is_none_or(|day| day > TODAY))
        .map(|(identifier, _)| identifier.as_str())
        .collect();
    let ours: BTreeSet<_> = Runtime::ALL.iter().map(|runtime| runtime.as_str()).collect();
    assert_eq!(ours, current);
}

fn assert_is_up_to_date(generator: &str) {
    let Some(bin) = python::bin() else { return };
    let output = Command::new(bin.join("python"))
        .args(["-B", generator, "--check"])
        .current_dir(python::root())
        .output()
        .expect("the generator runs");
    assert_accepts(&output);
}

#[test]
fn the_engine_accepts_every_template() {
    let output = engine(&templates("engine"));
    let found = String::from_utf8_lossy(&output.stdout);
    let left: Vec<&str> = found.lines().filter(|line| !is_false(line)).collect();
    assert!(left.is_empty() && output.stderr.is_empty(), "{}", text(&output));
}

/// Whether the engine calls an ARN of a bucket hardcoded (W9002) that is made of pseudo parameters.
///
/// It gives them values before it looks. S3 asks for the permission before the bucket exists, so that a
/// reference to the bucket in it would be a circle.
fn is_false(finding: &str) -> bool {
    let mut words = finding.split(' ');
    let (Some(place), Some("WARN"), Some("W9002"), Some(id), Some("Properties.SourceArn:")) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    let file = place.split_once(".json:").expect("a file's name").0;
    let text = fs::read_to_string(format!("{file}.json")).expect("a template");
    let template: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let arn = &template["Resources"][id]["Properties"]["SourceArn"]["Fn::Sub"];
    ["${AWS::Partition}:s3:::", "${AWS::StackName}", "${AWS::AccountId}"]
        .iter()
        .all(|part| arn.as_str().is_some_and(|arn| arn.contains(part)))
}

#[test]
fn the_engine_refuses_a_misspelt_property() {
    assert_refuses_the_misspelt(&engine(&misspelt("engine")));
}

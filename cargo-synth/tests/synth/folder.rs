//! A network of which one function is a binary and one a folder.

use crate::{
    build::packages,
    site::Site,
    support::{Project, said},
};
use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

/// Sends an order where the network says that orders go.
const WAITER: &str = r#"
import json
import os

import botocore.session

transport, queue = os.environ["NET_SENDS_ORDER"].split(":", 1)
sqs = botocore.session.get_session().create_client("sqs")


def handle(event, context):
    sent = sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"dish": "soup"}))
    return f"{transport} took {len(sent['MessageId']) > 0}"
"#;

/// Lambda's runtime interface by hand: answers every event with what it was told to handle.
const BOOTSTRAP: &str = r#"#!/usr/bin/env python3
import json
import os
import urllib.request

runtime = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    event = urllib.request.urlopen(f"{runtime}/next")
    answer = json.dumps(f"by {os.environ['_HANDLER']}").encode()
    request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(f"{runtime}/{request_id}/response", data=answer)
"#;

/// Gives the waiter code in Python.
pub(crate) fn with_python(project: &Project) {
    let runtime = "runtime = Runtime::PYTHON_3_13, handler = \"waiter.handle\"";
    with_folder(project, "waiter", "front/waiter", runtime, &[("waiter.py", WAITER)]);
}

/// Puts a folder in the place of a binary.
pub(crate) fn with_folder(
    project: &Project,
    binary: &str,
    folder: &str,
    runtime: &str,
    files: &[(&str, &str)],
) {
    let place = project.path().join(folder);
    // Another test's.
    let _ = fs::remove_dir_all(&place);
    for (file, text) in files {
        let file = place.join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
        fs::write(file, text).expect("a file can be written");
    }
    let code = format!("folder!(\"{folder}\", {runtime})");
    project.edit("network/src/main.rs", &format!("binary!(\"{binary}\")"), &code);
}

fn keys(project: &Project) -> BTreeSet<String> {
    packages(&project.synthesised()).into_keys().collect()
}

#[test]
fn a_folder_is_packaged_beside_binaries_and_each_for_itself() {
    let project = Project::new();
    with_python(&project);
    let run = said(&mut project.synth(&[])).code(0).has(&["Packaged 2 packages"]);
    assert_eq!(run.count("Compiling 1 binary for x86_64-unknown-linux-musl"), 1, "{}", run.err);
    let first = keys(&project);
    let names: Vec<_> = first.iter().map(|key| key.rsplit_once('-').expect("a hash").0).collect();
    assert_eq!(names, ["packages/cook", "packages/waiter"]);
    let template = fs::read_to_string(project.synthesised().join("template.json"));
    let template = template.expect("a template");
    for key in &first {
        assert!(template.contains(&format!("\"S3Key\": \"{key}\"")), "{key} is not in {template}");
    }
    assert!(!template.contains(&project.path().display().to_string()), "{template}");

    project.edit("front/waiter/waiter.py", "soup", "salad");
    let run = said(&mut project.synth(&[])).code(0);
    assert_eq!(run.count("Compiled cook"), 0, "{}", run.err);
    let second = keys(&project);
    let kept: Vec<_> = second.intersection(&first).collect();
    assert_eq!((kept.len(), second.len()), (1, 2));
    assert!(kept[0].starts_with("packages/cook-"), "{kept:?}");

    project.edit("handlers/src/bin/cook.rs", "\"cook\"", "\"chef\"");
    said(&mut project.synth(&[])).code(0);
    let third = keys(&project);
    let kept: Vec<_> = third.intersection(&second).collect();
    assert_eq!((kept.len(), third.len()), (1, 2));
    assert!(kept[0].starts_with("packages/waiter-"), "{kept:?}");
}

#[test]
fn a_missing_folder_is_named_with_its_function_before_anything_is_compiled() {
    let project = Project::new();
    with_python(&project);
    fs::remove_dir_all(project.path().join("front")).expect("the folder");
    let run = said(&mut project.synth(&["build"]))
        .code(1)
        .has(&["the folder `front/waiter`, the code of `waiter`, does not exist"]);
    assert_eq!(run.count("Compiling 1 binary"), 0, "{}", run.err);
    assert!(!project.synthesised().exists());
}

#[test]
fn a_function_in_python_runs_and_sends_where_the_network_says() {
    let Some(site) = Site::new() else { return };
    with_python(&site.project);
    let made = site.deploy().code(0);
    assert_eq!(made.count("Uploaded "), 2, "{}", made.err);
    assert_eq!(site.invoke("Waiter"), "\"sqs took True\"");
    assert_eq!(site.invoke("Cook"), "\"cook\"");
    let first = site.functions();

    site.project.edit("front/waiter/waiter.py", "took", "has taken");
    let changed = site.deploy().code(0).has(&["~ WaiterFunction  AWS::Lambda::Function  Code\n"]);
    assert_eq!(
        (changed.count("Compiled "), changed.count("Uploaded "), changed.count("Updated Function")),
        (0, 1, 1),
        "{}",
        changed.err
    );
    let second = site.functions();
    assert_eq!(second["Cook"], first["Cook"]);
    assert_ne!(second["Waiter"], first["Waiter"]);
    assert_eq!(site.invoke("Waiter"), "\"sqs has taken True\"");
    site.deploy().code(0).has(&["Unchanged"]);
}

#[test]
fn a_folder_may_bring_the_program_that_lambda_starts() {
    let Some(site) = Site::new() else { return };
    let (folder, runtime) = ("kitchen/cook", "runtime = Runtime::PROVIDED_AL2023");
    with_folder(&site.project, "cook", folder, runtime, &[("bootstrap", BOOTSTRAP)]);
    let bootstrap = site.project.path().join(folder).join("bootstrap");
    fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755)).expect("permissions");
    site.deploy().code(0);
    assert_eq!(site.invoke("Cook"), "\"by bootstrap\"");
}

#[test]
fn a_function_in_javascript_runs_as_lambda_runs_it() {
    let Some(site) = Site::new() else { return };
    if !has("node") {
        return;
    }
    let handler = "exports.handle = async () => require('./lib/menu').dish + ' for ' + \
                   process.env.NET_SENDS_ORDER.split(':')[0];\n";
    let files = [("index.js", handler), ("lib/menu.js", "exports.dish = 'soup';\n")];
    let runtime = "runtime = Runtime::NODEJS_22, handler = \"index.handle\"";
    with_folder(&site.project, "waiter", "front/waiter", runtime, &files);
    site.deploy().code(0);
    assert_eq!(site.invoke("Waiter"), "\"soup for sqs\"");
}

/// Whether a program is there to run functions with; what is skipped without it is said.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
    if found.is_err() {
        let _ = writeln!(io::stderr(), "skipped: functions in JavaScript need {program}");
    }
    found.is_ok()
}

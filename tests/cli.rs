//! The command line that every program with a network has.

use alexa_patterns::{async_processor, dispatcher, entrypoint, polling_event_processor};
use net_dsl::{Network, accept, name};
use net_synth::check::rules;
use net_tests::{
    python::root,
    run::{Folder, example},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output, Stdio},
};

const FILES: [&str; 6] =
    ["template.json", "main.tf.json", "network.json", "network.svg", "network.mmd", "network.dot"];
const EXAMPLES: [&str; 3] = ["sync-api", "async-push", "async-polling"];

fn polling(arguments: &[&str], folder: &Folder) -> Output {
    output(example("async_polling", folder).args(arguments))
}

fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn out(output: &Output) -> &str {
    str::from_utf8(&output.stdout).expect("UTF-8 on standard output")
}

fn err(output: &Output) -> &str {
    str::from_utf8(&output.stderr).expect("UTF-8 on standard error")
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", out(output), err(output));
}

#[track_caller]
fn assert_contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[track_caller]
fn assert_keys(object: &Value, keys: &[&str]) {
    let found: BTreeSet<&str> =
        object.as_object().expect("an object").keys().map(|k| &**k).collect();
    assert_eq!(found, keys.iter().copied().collect());
}

/// What a program said when it was called inside this process.
struct Said {
    code: ExitCode,
    out: String,
    err: String,
}

fn call(name: &str, network: &Network, arguments: &[&str]) -> Said {
    let arguments = std::iter::once("program").chain(arguments.iter().copied());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code =
        net_synth::run_with(name, network, arguments.map(OsString::from), &mut out, &mut err);
    let plain = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("UTF-8");
        anstream::adapter::strip_str(&text).to_string()
    };
    Said { code, out: plain(out), err: plain(err) }
}

fn good() -> Network {
    entrypoint() + async_processor() + polling_event_processor() + dispatcher()
}

/// Nobody takes what the entrypoint defers, nor what the poller finds.
fn faulty() -> Network {
    entrypoint() + polling_event_processor()
}

/// A folder with the files of an earlier run, as far as their names go.
fn written_before() -> Folder {
    let folder = Folder::new();
    for file in FILES {
        fs::write(folder.path().join(file), format!("earlier {file}")).expect("a file is written");
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of UTF-8")
}

#[test]
fn without_arguments_the_files_are_written_and_nothing_else() {
    for name in EXAMPLES {
        let folder = Folder::new();
        let output = output(&mut example(&name.replace('-', "_"), &folder));
        assert_code(&output, 0);

        let snapshots = root().join("tests/snapshots").join(name);
        let mut contents = folder.contents();
        for file in FILES {
            let path = Path::new("target/synth").join(name).join(file);
            let written = contents.remove(&path).flatten().expect("the file is written");
            let snapshot = fs::read(snapshots.join(file)).expect("there is a snapshot");
            assert!(written == snapshot, "{} is not the snapshot's", path.display());
            assert_contains(out(&output), &[text(&path)]);
        }
        let parents = Path::new("target/synth").join(name);
        let parents: Vec<_> = parents.ancestors().map(|path| (path.to_owned(), None)).collect();
        let rest: Vec<_> = contents.into_iter().collect();
        assert_eq!(rest.len(), 3, "{rest:?}");
        assert!(rest.iter().all(|entry| parents.contains(entry)), "{rest:?}");
    }
}

#[test]
fn the_summary_says_what_was_made_and_how_to_deploy_it() {
    let output = polling(&[], &Folder::new());
    assert_contains(
        out(&output),
        &[
            "async-polling: 4 bricks, 15 entities, 29 resources\n",
            "  polling-event-processor  clock, poller; shares device-cloud, pending, responder\n",
            "5 functions, 3 external services, 3 tables, 2 queues, 1 schedule, 1 skill\n",
            "findings                 1 warning; `explain N402` says more\n",
            "    synth deploy \\\n      --parameter AlexaSkillId=… \\\n      --parameter DeviceCloudBaseUrl=… \\\n",
            "alexa-poller.zip",
            "--stack-name async-polling --template-file target/synth/async-polling/template.json",
            "--capabilities CAPABILITY_IAM",
            "terraform -chdir=target/synth/async-polling apply\n",
            "AlexaSkillId=… CodeBucket=… DeviceCloudBaseUrl=… DeviceCloudCredentialsArn=… LoginWithAmazonCredentialsArn=…",
        ],
    );
}

#[test]
fn polling_is_warned_of_once_with_its_numbers_and_the_others_are_not() {
    for name in EXAMPLES {
        let output = output(&mut example(&name.replace('-', "_"), &Folder::new()));
        if name != "async-polling" {
            assert_eq!(err(&output), "");
            assert_contains(out(&output), &["no findings"]);
            continue;
        }
        let report = err(&output);
        assert_eq!(report.matches("warning[").count(), 1, "{report}");
        assert!(!report.contains("error"), "{report}");
        assert_contains(
            report,
            &[
                "warning[N402]: `clock` ticks every 60 s, and what enters `deferred` is due in 6 s\n",
                "--> alexa-patterns/src/bricks/polling_event_processor.rs:",
                "::: alexa-patterns/src/shared.rs:",
                "a tick comes in time for 10 % of what waits there; the mean delay is 30 s",
                "= help: ",
            ],
        );
    }
}

#[test]
fn pipes_get_no_escape_codes_unless_they_are_asked_for() {
    let folder = Folder::new();
    for arguments in [&[][..], &["check"], &["--help"], &["--unknown"], &["explain"]] {
        let plain = polling(arguments, &folder);
        assert!(!plain.stdout.contains(&b'\x1b') && !plain.stderr.contains(&b'\x1b'), "{plain:?}");
    }
    let forced = output(example("async_polling", &folder).env("CLICOLOR_FORCE", "1"));
    assert!(forced.stdout.contains(&b'\x1b') && forced.stderr.contains(&b'\x1b'), "{forced:?}");

    let colourless = |bytes: &[u8]| anstream::adapter::strip_bytes(bytes).into_vec();
    let plain = polling(&[], &folder);
    assert_eq!(colourless(&forced.stdout), plain.stdout);
    assert_eq!(colourless(&forced.stderr), plain.stderr);
}

#[test]
fn out_names_the_folder() {
    let folder = Folder::new();
    let output = polling(&["--out", "deep/er"], &folder);
    assert_code(&output, 0);
    let files: BTreeSet<PathBuf> = folder.contents().into_keys().collect();
    let expected = FILES.map(|file| Path::new("deep/er").join(file));
    assert_eq!(files, expected.into_iter().chain(["deep".into(), "deep/er".into()]).collect());
    assert_contains(out(&output), &["deep/er/template.json"]);
}

#[test]
fn writing_again_writes_the_same() {
    let folder = Folder::new();
    polling(&[], &folder);
    let first = folder.contents();
    assert_code(&polling(&[], &folder), 0);
    assert!(folder.contents() == first);
}

#[test]
fn the_summary_is_json_for_machines() {
    let folder = Folder::new();
    let output = polling(&["--format", "json"], &folder);
    assert_code(&output, 0);
    assert_eq!(err(&output), "");
    let summary = json(&output);
    assert_keys(&summary, &["name", "bricks", "entities", "resources", "findings", "files"]);
    assert_eq!(summary["name"], "async-polling");
    let brick = &summary["bricks"][3];
    assert_keys(brick, &["name", "own", "shared"]);
    assert_eq!(brick["own"], serde_json::json!(["clock", "poller"]));
    assert_eq!(summary["entities"][0], serde_json::json!({ "what": "function", "count": 5 }));
    assert_eq!(summary["resources"][0], serde_json::json!({ "what": "queue", "count": 6 }));
    assert_eq!(summary["findings"][0]["code"], "N402");
    for (file, name) in summary["files"].as_array().expect("files").iter().zip(FILES) {
        let path = Path::new(file.as_str().expect("a path"));
        assert!(path.ends_with(name) && folder.path().join(path).is_file(), "{file}");
    }
}

#[test]
fn check_reports_on_standard_output_and_writes_nothing() {
    let folder = Folder::new();
    let output = polling(&["check"], &folder);
    assert_code(&output, 0);
    assert_eq!(err(&output), "");
    assert_contains(out(&output), &["warning[N402]: `clock` ticks", "async-polling: 1 warning\n"]);
    assert!(folder.contents().is_empty());

    let said = call("faulty", &faulty(), &["check"]);
    assert_eq!(said.code, ExitCode::from(1));
    assert_contains(&said.out, &["error[N301]: nothing takes what is sent to `deferred`\n"]);

    let quiet = output_of_sync(&["check"]);
    assert_eq!(out(&quiet), "sync-api: no findings\n");
}

fn output_of_sync(arguments: &[&str]) -> Output {
    output(example("sync_api", &Folder::new()).args(arguments))
}

#[test]
fn check_gives_findings_as_json() {
    let output = polling(&["check", "--format", "json"], &Folder::new());
    assert_code(&output, 0);
    let findings = json(&output);
    let [finding] = findings.as_array().expect("a list").as_slice() else {
        panic!("not one finding: {findings}")
    };
    assert_keys(finding, &["code", "severity", "entity", "message", "labels", "why", "help"]);
    assert_eq!((&finding["code"], &finding["severity"]), (&"N402".into(), &"warning".into()));
    assert_keys(&finding["labels"][0], &["at", "text"]);

    assert_eq!(json(&output_of_sync(&["check", "--format", "json"])), serde_json::json!([]));
    let said = call("faulty", &faulty(), &["check", "--format", "json"]);
    assert_eq!(said.code, ExitCode::from(1));
    assert!(
        serde_json::from_str::<Value>(&said.out).is_ok_and(|found| found[0]["severity"] == "error")
    );
}

#[test]
fn graph_draws_in_every_notation_what_is_written_without_arguments() {
    let folder = Folder::new();
    polling(&["--out", "files"], &folder);
    let file = |name: &str| fs::read_to_string(folder.path().join("files").join(name));
    for (arguments, name) in [
        (&["graph"][..], "network.mmd"),
        (&["graph", "--format", "mermaid"], "network.mmd"),
        (&["graph", "--format", "dot"], "network.dot"),
        (&["graph", "--format", "svg"], "network.svg"),
        (&["graph", "--format", "json"], "network.json"),
    ] {
        let output = polling(arguments, &folder);
        assert_code(&output, 0);
        assert_eq!(err(&output), "");
        assert_eq!(out(&output), file(name).expect("the file is written"));
    }
    let network = polling(&["graph", "--format", "json"], &folder);
    assert_eq!(Network::from_json(out(&network)), Ok(good()));
}

#[test]
fn graph_writes_to_a_file_whole_or_not_at_all() {
    let folder = Folder::new();
    let output = polling(&["graph", "--out", "new/drawing.mmd"], &folder);
    assert_code(&output, 0);
    assert_eq!(out(&output), "");
    let printed = polling(&["graph"], &folder);
    let contents = folder.contents();
    assert_eq!(contents[Path::new("new/drawing.mmd")].as_deref(), Some(&*printed.stdout));
    assert_eq!(contents.len(), 2, "{:?}", contents.keys());

    let output = polling(&["graph", "--out", "new"], &folder);
    assert_code(&output, 1);
    assert_contains(err(&output), &["error: `new` could not be written: "]);
    assert_eq!(folder.contents(), contents);

    let output = polling(&["graph", "--out", ".."], &folder);
    assert_code(&output, 1);
    assert_contains(err(&output), &["error: `..` does not name a file"]);
}

#[test]
fn graph_draws_a_network_with_errors_too() {
    let said = call("faulty", &faulty(), &["graph"]);
    assert_eq!(said.code, ExitCode::SUCCESS);
    assert!(said.out.starts_with("flowchart"), "{}", said.out);
}

#[test]
fn explain_lists_every_rule_a_line_each() {
    let output = polling(&["explain"], &Folder::new());
    assert_code(&output, 0);
    let lines: Vec<_> = out(&output).lines().collect();
    assert_eq!(lines.len(), rules().count());
    for (line, rule) in lines.iter().zip(rules()) {
        assert!(line.starts_with(rule.code) && line.ends_with(rule.title), "{line}");
    }
}

#[test]
fn explain_says_what_a_rule_is_about_in_whatever_case_its_code_is_written() {
    let folder = Folder::new();
    for rule in rules() {
        let upper = call("any", &good(), &["explain", rule.code]);
        let lower = call("any", &good(), &["explain", &rule.code.to_lowercase()]);
        assert_eq!(upper.code, ExitCode::SUCCESS);
        assert_eq!(upper.out, lower.out);
        let heading = upper.out.lines().next().unwrap_or_default();
        assert!(heading.starts_with(rule.code) && heading.ends_with(rule.title), "{heading}");
        assert!(upper.out.lines().count() > 5, "{}", upper.out);
        // What only rustdoc needs is not for people.
        assert!(!upper.out.contains("```") && !upper.out.contains("\n    # "), "{}", upper.out);
    }
    let output = polling(&["explain", "n402"], &folder);
    assert_code(&output, 0);
    assert_contains(out(&output), &["N402 (warning): schedule slower than a deadline"]);
}

#[test]
fn what_makes_no_sense_is_refused_with_a_suggestion_and_nothing_is_done() {
    for (arguments, said) in [
        (&["explain", "N999"][..], "there is no rule N999; `explain` without a code lists them"),
        (&["--formt", "json"], "a similar argument exists: '--format'"),
        (&["check", "--formt", "json"], "a similar argument exists: '--format'"),
        (&["--format", "jsn"], "a similar value exists: 'json'"),
        (&["graph", "--format", "dott"], "a similar value exists: 'dot'"),
        (&["chek"], "a similar subcommand exists: 'check'"),
        (&["diff"], "--against <FILE>"),
        (&["--out"], "a value is required for '--out <PATH>'"),
        (&["--out", ""], "a value is required for '--out <PATH>'"),
        (&["--format", "json", "check"], "cannot be used with"),
        (&["explain", "N402", "N403"], "unexpected argument 'N403'"),
    ] {
        let folder = Folder::new();
        let output = polling(arguments, &folder);
        assert_code(&output, 2);
        assert_eq!(out(&output), "");
        assert_contains(err(&output), &["error: ", said]);
        assert!(folder.contents().is_empty());
    }
}

#[test]
fn help_tells_commands_options_and_exit_codes() {
    let folder = Folder::new();
    let output = polling(&["--help"], &folder);
    assert_code(&output, 0);
    assert_eq!(err(&output), "");
    assert_contains(
        out(&output),
        &[
            "The serverless network async-polling.",
            "Usage: async-polling [OPTIONS]",
            "check ",
            "diff ",
            "graph ",
            "explain ",
            "--out <PATH>",
            "[default: target/synth/async-polling]",
            "--format <FORMAT>",
            "[default: text] [possible values: text, json]",
            "Exit status: 0 if all went well, 1 if",
        ],
    );
    for command in ["check", "diff", "graph", "explain"] {
        let output = polling(&[command, "--help"], &folder);
        assert_code(&output, 0);
        assert_contains(out(&output), &[&format!("Usage: async-polling {command}")]);
    }
    assert!(folder.contents().is_empty());
}

#[test]
fn a_network_with_errors_writes_nothing_not_even_the_folder() {
    let parent = Folder::new();
    let new = parent.path().join("new");
    let said = call("faulty", &faulty(), &["--out", text(&new)]);
    assert_eq!(said.code, ExitCode::from(1));
    assert_eq!(said.out, "");
    assert_contains(&said.err, &["error[N301]", "error: faulty has ", "; nothing was written\n"]);
    assert!(parent.contents().is_empty());

    let folder = written_before();
    let before = folder.contents();
    let said = call("faulty", &faulty(), &["--out", text(folder.path()), "--format", "json"]);
    assert_eq!(said.code, ExitCode::from(1));
    let summary: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(summary["files"], serde_json::json!([]));
    assert_eq!(folder.contents(), before);
}

#[test]
fn errors_that_were_accepted_stop_nothing() {
    let folder = Folder::new();
    let network = entrypoint() + accept(name!("deferred"), "N301", "taken by another stack");
    let said = call("accepted", &network, &["--out", text(folder.path())]);
    assert_eq!(said.code, ExitCode::SUCCESS, "{}", said.err);
    assert_contains(&said.err, &["accepted[N301]", "taken by another stack"]);
    assert_contains(&said.out, &["1 accepted"]);
    assert_eq!(folder.contents().len(), FILES.len());
}

#[test]
fn where_a_file_stands_instead_of_the_folder_nothing_changes() {
    let folder = Folder::new();
    let file = folder.path().join("taken");
    fs::write(&file, "mine").expect("a file is written");
    let before = folder.contents();
    for target in [file.clone(), file.join("below")] {
        let said = call("good", &good(), &["--out", text(&target)]);
        assert_could_not_write(&said, &target);
        assert_eq!(folder.contents(), before);
    }
}

#[test]
fn where_a_folder_stands_instead_of_a_file_nothing_changes() {
    for occupied in FILES {
        let folder = written_before();
        let place = folder.path().join(occupied);
        fs::remove_file(&place).expect("the file is there");
        fs::create_dir(&place).expect("a folder is made");
        let before = folder.contents();
        let said = call("good", &good(), &["--out", text(folder.path())]);
        assert_could_not_write(&said, folder.path());
        assert!(
            folder.contents() == before,
            "{occupied} occupied: {:?}",
            changed(&before, &folder)
        );
    }
}

fn changed(before: &BTreeMap<PathBuf, Option<Vec<u8>>>, folder: &Folder) -> Vec<PathBuf> {
    let after = folder.contents();
    let differs = |path: &&PathBuf| before.get(*path) != after.get(*path);
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).filter(differs).collect();
    paths.into_iter().cloned().collect()
}

#[cfg(unix)]
#[test]
fn where_a_folder_is_read_only_nothing_changes() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = written_before();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).expect("it is ours");
    // Root may write everywhere; Linux has folders in which not even root can make a file.
    let probe = folder.path().join("probe");
    let is_root = fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).is_ok();
    let target = if is_root { Path::new("/proc/self") } else { folder.path() };
    let before = folder.contents();
    let said = call("good", &good(), &["--out", text(target)]);
    let after = folder.contents();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    assert_could_not_write(&said, target);
    assert_eq!(after, before);
}

#[track_caller]
fn assert_could_not_write(said: &Said, target: &Path) {
    assert_eq!(said.code, ExitCode::from(1), "{}", said.err);
    assert_eq!(said.out, "");
    let message = format!("error: `{}` could not be written: ", target.display());
    assert_contains(&said.err, &[&message, "nothing there has changed\n"]);
}

/// Runs it with one of its pipes closed at the other end.
fn with_closed(folder: &Folder, arguments: &[&str], close_out: bool) -> Output {
    let mut command = example("async_polling", folder);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    if close_out {
        command.stdout(writer)
    } else {
        command.stderr(writer)
    };
    let child = command.spawn().expect("the example runs");
    child.wait_with_output().expect("the example ends")
}

#[test]
fn whoever_stops_reading_is_not_answered_with_a_panic() {
    for arguments in
        [&[][..], &["check"], &["graph"], &["explain"], &["--help"], &["--format", "json"]]
    {
        let output = with_closed(&Folder::new(), arguments, true);
        assert_code(&output, 0);
        assert!(!err(&output).contains("panicked"), "{}", err(&output));
    }
}

#[test]
fn success_means_the_files_are_there_whoever_listens() {
    for close_out in [true, false] {
        let folder = Folder::new();
        let output = with_closed(&folder, &["--out", "files"], close_out);
        assert_code(&output, 0);
        for file in FILES {
            assert!(folder.path().join("files").join(file).is_file(), "no {file}");
        }
    }
}

#[test]
fn errors_are_errors_though_nobody_listens() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let folder = Folder::new();
    let arguments = |list: &[&str]| -> Vec<OsString> {
        std::iter::once("program").chain(list.iter().copied()).map(OsString::from).collect()
    };
    for list in [&["check"][..], &["check", "--format", "json"], &["--out", text(folder.path())]] {
        let code =
            net_synth::run_with("faulty", &faulty(), arguments(list), &mut Closed, &mut Closed);
        assert_eq!(code, ExitCode::from(1), "{list:?}");
    }
}

#[test]
fn a_network_needs_a_name() {
    for name in ["", "Async Polling", "async_polling", "-a", "ä", "a".repeat(65).as_str()] {
        let said = call(name, &good(), &["check"]);
        assert_eq!(said.code, ExitCode::from(1));
        assert_eq!(said.out, "");
        let message = format!("error: the network's name: `{name}` is not a name: ");
        assert!(said.err.starts_with(&message), "{}", said.err);
    }
}

#[cfg(unix)]
#[test]
fn arguments_need_not_be_text() {
    use std::os::unix::ffi::OsStringExt as _;

    let odd = || OsString::from_vec(b"caf\xe9".to_vec());
    let folder = Folder::new();
    for arguments in [vec![odd()], vec!["explain".into(), odd()], vec!["--format".into(), odd()]] {
        assert_code(&output(example("async_polling", &folder).args(arguments)), 2);
    }
    assert!(folder.contents().is_empty());
    // A path is whatever the system takes for one.
    let named = output(example("async_polling", &folder).arg("--out").arg(odd()));
    assert_code(&named, 0);
    assert!(folder.path().join(odd()).join("template.json").is_file());
}

#[cfg(unix)]
#[test]
fn a_diagram_may_be_called_whatever_the_system_allows() {
    use std::os::unix::ffi::OsStringExt as _;

    let folder = Folder::new();
    let file = OsString::from_vec(b"caf\xe9.mmd".to_vec());
    let drawn = output(example("async_polling", &folder).args(["graph", "--out"]).arg(&file));
    assert_code(&drawn, 0);
    assert!(folder.path().join(file).is_file());
}

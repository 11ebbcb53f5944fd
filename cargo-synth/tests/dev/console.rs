//! The console: what its page is made of, who may ask it, and every part of it clicked in a browser.

use crate::{alone, synth};
use net_tests::{
    desk::{Desk, ask, get},
    python::root,
};
use serde_json::Value;
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

/// The console's sources, as cargo and npm find them.
fn sources() -> PathBuf {
    root().join("net-local/console")
}

/// A copy of the sources with what the lock file pins; nothing, and a line on standard error, where a
/// program is missing. In continuous integration it is not.
fn installed(programs: &[&str]) -> Option<PathBuf> {
    for program in programs {
        if Command::new(program).arg("--version").output().is_err() {
            let needed = format!(
                "the console's tests need `{program}` (Debian: apt-get install nodejs npm chromium)"
            );
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{needed}");
            // Not `eprintln!`, which the test harness swallows when tests pass.
            let _ = writeln!(std::io::stderr(), "skipped: {needed}");
            return None;
        }
    }
    let folder = root().join("target/tests/console");
    fs::create_dir_all(folder.join("src")).expect("a folder can be made");
    let copy = |file: &Path| {
        fs::copy(sources().join(file), folder.join(file)).expect("a file can be copied");
    };
    for file in ["package.json", "package-lock.json", "tsconfig.json", "clicks.mjs"] {
        copy(Path::new(file));
    }
    for file in fs::read_dir(sources().join("src")).expect("sources") {
        copy(&Path::new("src").join(file.expect("a file").file_name()));
    }
    if !folder.join("node_modules/typescript").exists() {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
        run(&mut npm);
    }
    Some(folder)
}

#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn the_page_is_what_its_sources_build() {
    let Some(folder) = installed(&["node", "npm"]) else { return };
    let _ = fs::remove_dir_all(folder.join("built"));
    run(Command::new("node").arg("node_modules/typescript/bin/tsc").current_dir(&folder));
    let names = |folder: &Path| {
        let files = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
        names.sort();
        names
    };
    let (ours, theirs) = (sources().join("built"), folder.join("built"));
    assert_eq!(names(&ours), names(&theirs), "run `npm run build` in net-local/console");
    for name in names(&ours) {
        let text = |folder: &Path| fs::read_to_string(folder.join(&name)).expect("a file");
        assert!(
            text(&ours) == text(&theirs),
            "{} is not what its source builds: run `npm run build` in net-local/console",
            name.display()
        );
    }
}

/// What the console answers to a request with a token, or none.
fn asked(url: &str, path: &str, token: Option<&str>) -> u16 {
    let own = url.trim_start_matches("http://");
    let host = match token {
        Some(token) => format!("{own}\r\nAuthorization: Bearer {token}"),
        None => own.to_owned(),
    };
    ask(url, "GET", path, &host, None, "").0
}

pub(crate) fn answers_its_own_page_alone(desk: &Desk) {
    let console = desk.ready()["console"].as_str().expect("a console").to_owned();
    let (url, token) = console.split_once("/?token=").expect("a token");
    assert_eq!(token.len(), 64);
    let own = url.trim_start_matches("http://");

    assert_eq!(get(url, "/").0, 401);
    assert_eq!(get(url, "/?token=guessed").0, 401);
    let (status, page) = get(url, &format!("/?token={token}"));
    assert!(status == 200 && page.contains("<title>synth dev</title>"), "{status} {page}");
    assert!(!page.contains(token), "the page knows no token");

    for path in ["/api/network", "/api/events", "/api/paths", "/api/items/menu", "/api/test"] {
        assert_eq!(asked(url, path, None), 401, "{path}");
        assert_eq!(asked(url, path, Some("guessed")), 401, "{path}");
    }
    assert_eq!(asked(url, "/api/network", Some(token)), 200);

    let with_token = |host: &str, origin: Option<&str>| {
        let host = format!("{host}\r\nAuthorization: Bearer {token}");
        ask(url, "GET", "/api/network", &host, origin, "").0
    };
    assert_eq!(with_token(own, Some(url)), 200);
    assert_eq!(with_token("evil.example", None), 421);
    assert_eq!(with_token(own, Some("https://evil.example")), 403);
    assert_eq!(with_token(own, Some("http://localhost:5173")), 403, "another page of this machine");

    // Nothing is done without the token either, nor by what a form can send.
    let deed = r#"{ "do": "step" }"#;
    assert_eq!(ask(url, "POST", "/api/do", own, None, deed).0, 401);
    let form = format!("{own}\r\nAuthorization: Bearer {token}\r\nContent-Type: text/plain");
    assert_eq!(ask(url, "POST", "/api/do", &form, None, deed).0, 415);
}

/// Does something by the console; its answer.
pub(crate) fn act(desk: &Desk, deed: &Value) -> Value {
    let console = desk.ready()["console"].as_str().expect("a console").to_owned();
    let (url, token) = console.split_once("/?token=").expect("a token");
    let host = format!("{}\r\nAuthorization: Bearer {token}", url.trim_start_matches("http://"));
    let (status, answer) = ask(url, "POST", "/api/do", &host, None, &deed.to_string());
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str(&answer).expect("JSON")
}

#[test]
fn every_part_of_the_console_works_in_a_browser() {
    let Some(folder) = installed(&["node", "npm", "chromium"]) else { return };
    let _alone = alone();
    let desk = Desk::start(&mut synth(&["--fresh"]));
    let console = desk.ready()["console"].as_str().expect("a console").to_owned();
    let mut clicks = Command::new("node");
    clicks.args(["clicks.mjs", &console]).arg(folder.join("pictures")).current_dir(&folder);
    run(&mut clicks);
}

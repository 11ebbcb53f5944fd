//! What is done although nobody hears of it, and who says nothing at all.

use crate::{seasons::Season, site::Site, support::said};
use net_tests::{
    engine,
    proxy::{Fate, Proxy, Request},
    run::Folder,
};
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

impl Site {
    /// The writes of a command that nothing disturbs: which of its requests they are.
    fn writes(&self, season: Season, arguments: &[&str]) -> Vec<Request> {
        let proxy = Proxy::start(&self.engine.endpoint, |_: &Request| Fate::Pass);
        said(&mut self.in_season(season, &proxy.endpoint, arguments)).code(0);
        proxy.requests().into_iter().filter(Request::is_write).collect()
    }

    /// Runs a command of which one write is done and its reply lost.
    #[track_caller]
    fn without_reply(&self, season: Season, arguments: &[&str], write: &Request) {
        let number = write.number;
        let proxy = Proxy::start(&self.engine.endpoint, move |request: &Request| {
            if request.number == number { Fate::Lose(Box::new(|| ())) } else { Fate::Pass }
        });
        let run = said(&mut self.in_season(season, &proxy.endpoint, arguments));
        let operation = &write.operation;
        assert_eq!(run.code, Some(0), "{arguments:?}, {operation} lost:\n{}", run.text());
    }
}

const DEPLOY: &[&str] = &["deploy", "--yes"];

#[test]
fn a_deployment_does_all_whatever_reply_is_lost() {
    let Some(site) = Site::with_seasons() else { return };
    let states = site.undisturbed();
    let mut seen = Vec::new();
    // A new stack.
    site.engine.reset();
    for write in site.writes(Season::Winter, DEPLOY) {
        site.engine.reset();
        site.without_reply(Season::Winter, DEPLOY, &write);
        assert_eq!(site.state(), states[&Season::Winter], "{}", write.operation);
        seen.push(write.operation);
    }
    // One that is changed, there and back.
    let mut season = Season::Summer;
    for write in site.writes(season, DEPLOY) {
        season = season.next();
        site.without_reply(season, DEPLOY, &write);
        assert_eq!(site.state(), states[&season], "{}", write.operation);
        seen.push(write.operation);
    }
    for operation in
        ["PUT bucket", "PUT policy", "PUT object", "CreateChangeSet", "ExecuteChangeSet"]
    {
        assert!(seen.iter().any(|known| known == operation), "{operation} is not in {seen:?}");
    }
}

#[test]
fn code_that_is_put_right_is_put_right_whatever_reply_is_lost() {
    let Some(site) = Site::with_seasons() else { return };
    let states = site.undisturbed();
    let stray = || {
        let request =
            r#"{ "FunctionName": NAME, "S3Bucket": "synth-000000000000-eu-west-1", "S3Key": KEY }"#;
        let found = site.engine.ask("lambda", "ListFunctions", serde_json::json!({}));
        let functions = found["Functions"].as_array().expect("functions");
        let mut names = functions.iter().filter_map(|one| one["FunctionName"].as_str());
        let waiter = names.find(|name| name.contains("Waiter")).expect("the waiter");
        let objects = serde_json::json!({ "Bucket": "synth-000000000000-eu-west-1" });
        let objects = site.engine.ask("s3", "ListObjectsV2", objects);
        let objects = objects["Contents"].as_array().expect("packages");
        let mut keys = objects.iter().filter_map(|one| one["Key"].as_str());
        let cook = keys.find(|key| key.contains("cook")).expect("the cook's code");
        let request =
            request.replace("NAME", &format!("{waiter:?}")).replace("KEY", &format!("{cook:?}"));
        let request = serde_json::from_str(&request).expect("JSON");
        site.engine.ask("lambda", "UpdateFunctionCode", request);
    };
    stray();
    let writes = site.writes(Season::Summer, DEPLOY);
    let update = writes.iter().find(|write| write.operation == "PUT code").expect("an update");
    stray();
    assert_ne!(site.state(), states[&Season::Summer]);
    site.without_reply(Season::Summer, DEPLOY, update);
    assert_eq!(site.state(), states[&Season::Summer]);
}

#[test]
fn a_destruction_does_all_whatever_reply_is_lost() {
    let Some(site) = Site::with_seasons() else { return };
    let destroy: &[&str] = &["destroy", "--yes", "--delete-tables"];
    site.deploy_in(Season::Winter);
    let writes = site.writes(Season::Winter, destroy);
    let operations: Vec<_> = writes.iter().map(|write| write.operation.as_str()).collect();
    assert_eq!(operations, ["DeleteStack", "DeleteTable"]);
    for write in writes {
        site.deploy_in(Season::Winter);
        site.without_reply(Season::Winter, destroy, &write);
        assert_eq!((site.stack(), site.tables()), (None, Vec::new()), "{}", write.operation);
    }
}

/// Each command asks who it is before anything else, and needs no program for that.
#[test]
fn an_endpoint_that_says_nothing_is_said_to_say_nothing() {
    let folder = Folder::new();
    let proxy = Proxy::start("http://127.0.0.1:9", |_: &Request| Fate::Silence);
    let start = Instant::now();
    for arguments in [
        &["deploy", "--yes"][..],
        &["destroy", "--yes", "--stack-name", "vic", "--adopt"],
        &["watch"],
        &["diff"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_synth"));
        command.args(arguments).current_dir(folder.path()).stdin(Stdio::null());
        engine::credentials(&mut command, &proxy.endpoint);
        let said = said(&mut command).code(1);
        said.has(&[&format!("{} says nothing", proxy.endpoint), "did not answer in time"]);
    }
    assert!(start.elapsed() < Duration::from_secs(4 * 20), "{:?}", start.elapsed());
}

#[test]
fn an_endpoint_that_falls_silent_is_said_to_be_silent() {
    let folder = Folder::new();
    let Some(engine) = engine::Engine::start() else { return };
    let proxy = Proxy::start(&engine.endpoint, |request: &Request| {
        if request.operation == "DescribeStacks" { Fate::Silence } else { Fate::Pass }
    });
    let start = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_synth"));
    command.args(["destroy", "--yes", "--stack-name", "vic", "--adopt"]);
    command.current_dir(folder.path()).stdin(Stdio::null());
    engine::credentials(&mut command, &proxy.endpoint);
    said(&mut command).code(1).has(&["the stack `vic`", "did not answer in time"]);
    assert!(start.elapsed() < Duration::from_secs(90), "{:?}", start.elapsed());
}

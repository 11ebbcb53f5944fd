//! What deploying would change, said before.

use crate::{
    site::Site,
    support::{Project, Said, said},
};
use net_tests::engine;
use serde_json::{Value, json};
use std::fs;

impl Site {
    fn diff(&self, arguments: &[&str]) -> Said {
        said(self.command(&["diff"]).args(arguments))
    }

    fn differences(&self) -> Value {
        let said = self.diff(&["--format", "json"]);
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
    }
}

#[test]
fn only_what_changed_since_the_deployment_is_a_difference() {
    let Some(site) = Site::new() else { return };
    let all = site.diff(&[]).code(3).has(&[
        "Comparing with nothing: there is no stack `restaurant` in eu-west-1",
        "+ CookFunction  function of cook",
        "13 added, 0 changed, 0 removed",
    ]);
    assert!(!all.out.contains("--allow-data-loss"), "{}", all.out);
    assert_eq!(site.stack(), None);

    site.deploy().code(0);
    let before = site.stack();
    let same = site.diff(&[]).code(0);
    assert_eq!(
        same.out,
        "no difference from the stack `restaurant` in eu-west-1, account 000000000000\n"
    );
    assert_eq!(site.differences()["resources"], json!([]));

    // One property.
    site.project.edit("network/src/main.rs", "mebibytes!(256)", "mebibytes!(512)");
    site.diff(&[]).code(3).has(&["MemorySize: 256 → 512", "0 added, 1 changed, 0 removed"]);
    let found = site.differences();
    let resources = found["resources"].as_array().expect("a list");
    assert_eq!(resources.len(), 1, "{found}");
    assert_eq!(
        resources[0]["properties"],
        json!([{ "path": "MemorySize", "before": 256, "after": 512, "replaces": false }])
    );
    site.project.edit("network/src/main.rs", "mebibytes!(512)", "mebibytes!(256)");

    // One function's code.
    site.project.edit("handlers/src/bin/cook.rs", "\"cook\"", "\"chef\"");
    let changed = site.diff(&[]).code(3).has(&["~ CookFunction", "Code/S3Key: packages/cook-"]);
    assert!(changed.out.ends_with("0 added, 1 changed, 0 removed\n"), "{}", changed.out);
    site.project.edit("handlers/src/bin/cook.rs", "\"chef\"", "\"cook\"");

    // A queue, and whatever is in it.
    site.project.edit("network/src/main.rs", "name!(\"orders\")", "name!(\"tickets\")");
    site.diff(&[]).code(4).has(&[
        "! OrdersQueue is removed: what it holds is lost",
        "without `--allow-data-loss`, `synth deploy` refuses this",
    ]);
    assert_eq!(site.diff(&["--format", "json"]).code, Some(4));

    // It only looked.
    assert_eq!(site.stack(), before);
    assert_eq!(site.objects(), 2);
}

#[test]
fn what_a_diff_says_a_deployment_does() {
    let Some(site) = Site::new() else { return };
    site.deploy().code(0);
    site.project.edit("network/src/main.rs", "mebibytes!(256)", "mebibytes!(512)");
    site.project.edit("network/src/main.rs", "hours!(1)", "hours!(2)");
    site.project.edit("handlers/src/bin/waiter.rs", "\"waiter\"", "\"ober\"");
    let found = site.differences();
    let foretold = found["resources"].as_array().expect("a list").iter();
    let foretold: Vec<_> = foretold.map(|change| change["id"].as_str().expect("an id")).collect();
    assert_eq!(foretold, ["BellToWaiterSchedule", "CookFunction", "WaiterFunction"]);

    let deployed = site.deploy().code(0);
    for id in foretold {
        assert_eq!(deployed.count(&format!("~ {id} ")), 1, "{}", deployed.err);
    }
    deployed.has(&[
        "account 000000000000: 3 changes",
        "and what refers to them: BellToWaiterRole, OrdersToCookMapping",
        "Deployed `restaurant`: 3 changes",
    ]);
    site.diff(&[]).code(0);
}

#[test]
fn a_stack_that_synth_did_not_make_is_compared_and_said_to_be_refused() {
    let Some(site) = Site::new() else { return };
    let name = "!Sub '${AWS::StackName}-orders'";
    let queue = format!("    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: {name}\n");
    site.make("restaurant", &format!("Resources:\n  Orders:\n{queue}"));
    site.diff(&[]).code(4).has(&[
        "`restaurant`, which was not made by synth: without `--adopt`, `synth deploy` refuses it",
        "! Orders is removed: what it holds is lost",
        "13 added, 0 changed, 1 removed",
    ]);
    site.diff(&["--stack-name", "diner"]).code(3).has(&["13 added"]);
}

#[test]
fn files_are_compared_without_an_account() {
    let project = Project::new();
    let diff = |file: &str, arguments: &[&str]| {
        let mut command = project.synth(&["diff"]);
        engine::credentials(&mut command, "http://127.0.0.1:9");
        said(command.args(["--against", file]).args(arguments))
    };
    said(&mut project.synth(&[])).code(0);
    let kept = project.path().join("target/kept");
    fs::create_dir_all(&kept).expect("a folder");
    for file in ["template.json", "network.json"] {
        fs::copy(project.synthesised().join(file), kept.join(file)).expect("a copy");
    }

    let (template, network) = ("target/kept/template.json", "target/kept/network.json");
    diff(template, &[]).code(0).has(&["no difference from `target/kept/template.json`"]);
    diff(network, &[]).code(0).has(&["no difference from `target/kept/network.json`"]);

    // Code is in templates, not in networks.
    project.edit("handlers/src/bin/cook.rs", "\"cook\"", "\"chef\"");
    diff(template, &[]).code(3).has(&["Code/S3Key: packages/cook-"]);
    let unbuilt = diff(network, &[]).code(0);
    assert_eq!(unbuilt.count("Packaged"), 0, "{}", unbuilt.err);

    project.edit("network/src/main.rs", "mebibytes!(256)", "mebibytes!(512)");
    diff(template, &[]).code(3).has(&["MemorySize: 256 → 512"]);
    let found = diff(network, &["--format", "json"]).code(3);
    let found: Value = serde_json::from_str(&found.out).expect("JSON");
    assert_eq!(found["resources"][0]["properties"][0]["path"], "MemorySize");
    project.edit("network/src/main.rs", "name!(\"orders\")", "name!(\"tickets\")");
    diff(network, &[]).code(4).has(&["OrdersQueue is removed: what it holds is lost"]);

    // What it is compared with stays as it is, wherever that lies.
    let lying = "target/synth/restaurant/template.json";
    for _ in ["once", "again"] {
        diff(lying, &[]).code(4).has(&["OrdersQueue is removed"]);
    }

    fs::write(kept.join("broken.json"), "{").expect("a file");
    diff("target/kept/broken.json", &[]).code(1).has(&["`target/kept/broken.json` could not be"]);
    diff("target/kept/none.json", &[]).code(1).has(&["`target/kept/none.json` could not be read"]);
}

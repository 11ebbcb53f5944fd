//! What this network did not make, and what loses nothing by any command.

use crate::{
    seasons::Season,
    site::Site,
    support::{Said, said},
    watch::Watch,
};
use net_tests::proxy::{Fate, Proxy, Request};
use serde_json::{Value, json};

/// A stack as somebody writes it by hand: no policy, so all of it would be deleted.
const BY_HAND: &str = "
Resources:
  Photos:
    Type: AWS::S3::Bucket
  Jobs:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub '${AWS::StackName}-jobs'
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Work:
    Type: AWS::SQS::Queue
";

/// The same in JSON.
const BY_HAND_IN_JSON: &str = r#"{ "Resources": {
    "Photos": { "Type": "AWS::S3::Bucket" },
    "Jobs": { "Type": "AWS::DynamoDB::Table", "Properties": {
        "TableName": { "Fn::Sub": "${AWS::StackName}-jobs" },
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }] } },
    "Work": { "Type": "AWS::SQS::Queue" } } }"#;

/// Everything that the stack has, and the item in its table.
fn there(site: &Site, stack: &str) -> Value {
    let ask = |service: &str, operation: &str, request: Value| {
        site.engine.ask(service, operation, request)
    };
    json!([
        ask("s3", "ListBuckets", json!({}))["Buckets"].as_array().map(Vec::len),
        ask("sqs", "ListQueues", json!({}))["QueueUrls"],
        ask("dynamodb", "Scan", json!({ "TableName": format!("{stack}-jobs") }))["Items"],
        ask("cloudformation", "DescribeStacks", json!({ "StackName": stack }))["Stacks"][0]["StackStatus"],
    ])
}

/// Every way to change a stack, but for that it is this network's by the user's word.
const COMMANDS: [&[&str]; 5] = [
    &["deploy", "--yes"],
    &["deploy", "--yes", "--allow-data-loss"],
    &["deploy", "--yes", "--allow-data-loss", "--leave-data"],
    &["destroy", "--yes"],
    &["destroy", "--yes", "--delete-tables"],
];

impl Site {
    /// Makes the stack `vic`, with an item in its table.
    fn make_vic(&self, template: &str) {
        self.make("vic", template);
        let item = json!({ "TableName": "vic-jobs", "Item": { "id": { "S": "one" } } });
        self.engine.ask("dynamodb", "PutItem", item);
    }
}

/// Runs a command on the stack `vic`.
fn on_vic(site: &Site, endpoint: &str, arguments: &[&str]) -> Said {
    let mut command = site.in_season(Season::Winter, endpoint, arguments);
    said(command.args(["--stack-name", "vic"]))
}

#[test]
fn a_stack_that_was_made_by_hand_loses_nothing() {
    let Some(site) = Site::with_seasons() else { return };
    for template in [BY_HAND, BY_HAND_IN_JSON] {
        site.engine.reset();
        site.make_vic(template);
        let before = there(&site, "vic");
        let whole = [
            "the stack `vic` is not `restaurant`'s",
            "it was not made by synth",
            "Jobs  AWS::DynamoDB::Table (vic-jobs): what it holds is lost",
            "Work  AWS::SQS::Queue",
            "--adopt",
        ];
        for arguments in COMMANDS {
            let refused = on_vic(&site, &site.engine.endpoint, arguments).code(1).has(&whole);
            assert_eq!(refused.count("Packaged"), 0, "{}", refused.err);
        }
        let watch = ["watch", "--stack-name", "vic"];
        let watch = Watch::of(site.in_season(Season::Winter, &site.engine.endpoint, &watch));
        watch.until("Watching for the next change").has(&whole);
        watch.interrupt();
        assert_eq!(there(&site, "vic"), before);

        // Taken over, it still loses nothing that nobody agreed to, and what would go is shown.
        let adopted = on_vic(&site, &site.engine.endpoint, &["deploy", "--yes", "--adopt"]).code(1);
        adopted.has(&[
            "Adopting `vic`, which was not made by synth",
            "- Jobs  AWS::DynamoDB::Table  what it holds is lost",
            "- Photos  AWS::S3::Bucket  what it holds is lost",
            "what is in Jobs, Photos, Work would be lost",
        ]);
        let after = there(&site, "vic");
        assert_eq!((&after[1], &after[2]), (&before[1], &before[2]));
    }
    // Whoever says all of it has it gone, and sees what goes.
    let destroyed = on_vic(&site, &site.engine.endpoint, &["destroy", "--yes", "--adopt"]).code(0);
    destroyed.has(&[
        "`vic`, which was not made by synth, in eu-west-1, account 000000000000: 3 resources",
        "Jobs  AWS::DynamoDB::Table (vic-jobs): what it holds is lost",
        "Destroyed `vic`",
    ]);
}

/// States in which a stack cannot be changed; an engine can be brought into few of them.
const FAILED: [&str; 7] = [
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "CREATE_FAILED",
    "DELETE_FAILED",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_FAILED",
];

/// An engine whose stacks are all in one state.
fn in_state(site: &Site, state: &'static str) -> Proxy {
    Proxy::start(&site.engine.endpoint, move |request: &Request| {
        if request.operation != "DescribeStacks" {
            return Fate::Pass;
        }
        Fate::Edit(Box::new(move |reply| {
            let mut parts = reply.split("<StackStatus>");
            let mut text = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let rest = part.split_once("</StackStatus>").map_or("", |(_, rest)| rest);
                text += &format!("<StackStatus>{state}</StackStatus>{rest}");
            }
            text
        }))
    })
}

/// That nothing was asked for that cannot be undone.
#[track_caller]
fn is_harmless(proxy: &Proxy, case: &str) {
    for request in proxy.requests() {
        let harm = ["DeleteStack", "ExecuteChangeSet", "DeleteTable", "PUT code"];
        assert!(!harm.contains(&request.operation.as_str()), "{case}: {}", request.operation);
    }
}

#[test]
fn a_foreign_stack_in_a_failed_state_loses_nothing() {
    let Some(site) = Site::with_seasons() else { return };
    site.make_vic(BY_HAND);
    let before = there(&site, "vic");
    for state in FAILED {
        let proxy = in_state(&site, state);
        for arguments in COMMANDS {
            let refused = on_vic(&site, &proxy.endpoint, arguments).code(1);
            refused.has(&["the stack `vic` is not `restaurant`'s", "(vic-jobs)", "--adopt"]);
        }
        is_harmless(&proxy, state);
        // Taken over, what is in it is asked about all the same.
        let adopted = on_vic(&site, &proxy.endpoint, &["deploy", "--yes", "--adopt"]).code(1);
        match state {
            "UPDATE_ROLLBACK_FAILED" => adopted.has(&["continue-update-rollback"]),
            _ => adopted.has(&["what is in Jobs, Photos, Work would be lost", "--allow-data-loss"]),
        };
        is_harmless(&proxy, state);
    }
    let after = there(&site, "vic");
    assert_eq!((&after[1], &after[2], &after[3]), (&before[1], &before[2], &before[3]));
}

#[test]
fn what_is_in_ones_own_stack_is_asked_about_whatever_became_of_the_stack() {
    let Some(site) = Site::with_seasons() else { return };
    site.deploy_in(Season::Winter);
    let (stored, before) = (site.store(), site.state());
    for state in ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"] {
        let proxy = in_state(&site, state);
        let mut deploy = site.in_season(Season::Winter, &proxy.endpoint, &["deploy", "--yes"]);
        said(&mut deploy).code(1).has(&[
            "OrdersQueue",
            "would be lost",
            &format!("`restaurant` is {state}: it cannot be changed, only deleted and made anew"),
        ]);
        is_harmless(&proxy, state);
        let mut diff = site.in_season(Season::Winter, &proxy.endpoint, &["diff"]);
        let lost = "OrdersQueue  AWS::SQS::Queue";
        said(&mut diff).code(4).has(&[lost, "without `--allow-data-loss`, `synth deploy` refuses"]);
    }
    assert_eq!((site.state(), site.dishes()), (before, stored));
}

#[test]
fn a_stack_in_which_somebody_elses_change_set_waits_is_left_to_wait() {
    let Some(site) = Site::with_seasons() else { return };
    let request = json!({
        "StackName": "vic",
        "ChangeSetName": "theirs",
        "ChangeSetType": "CREATE",
        "TemplateBody": BY_HAND,
    });
    site.engine.ask("cloudformation", "CreateChangeSet", request);
    let waits =
        || site.engine.ask("cloudformation", "ListChangeSets", json!({ "StackName": "vic" }));
    let before = waits();
    for arguments in COMMANDS {
        let refused = on_vic(&site, &site.engine.endpoint, arguments).code(1);
        refused.has(&["somebody else's change set waits in it", "--adopt"]);
    }
    assert_eq!(waits(), before);
    on_vic(&site, &site.engine.endpoint, &["deploy", "--yes", "--adopt"]).code(0);
}

#[test]
fn another_networks_stack_is_another_stack() {
    let Some(site) = Site::new() else { return };
    site.deploy().code(0);
    let before = site.stack();
    site.project.edit("network/src/main.rs", "run(\"restaurant\"", "run(\"diner\"");
    for command in ["deploy", "destroy"] {
        let mut run = site.command(&[command, "--yes", "--stack-name", "restaurant"]);
        said(&mut run).code(1).has(&["it is the stack of another network, `restaurant`"]);
        assert_eq!(site.stack(), before, "{command}");
    }
    let watch = Watch::of(site.command(&["watch", "--stack-name", "restaurant"]));
    watch.until("Watching for the next change").has(&["another network, `restaurant`"]);
    watch.interrupt();
    assert_eq!(site.stack(), before);
}

#[test]
fn tables_stay_where_the_stack_cannot_go() {
    let Some(site) = Site::new() else { return };
    site.deploy().code(0);
    let (tables, before) = (site.tables(), site.stack());
    let protect = |on: bool| {
        let request = json!({ "StackName": "restaurant", "EnableTerminationProtection": on });
        site.engine.ask("cloudformation", "UpdateTerminationProtection", request);
    };
    let destroy = || said(&mut site.command(&["destroy", "--yes", "--delete-tables"]));
    protect(true);
    destroy().code(1).has(&["`restaurant` has termination protection; nothing was done"]);
    assert_eq!((site.tables(), site.stack()), (tables.clone(), before));

    // Deleted without its tables, as by a run that was killed before it came to them.
    protect(false);
    said(&mut site.command(&["destroy", "--yes"])).code(0);
    assert_eq!(site.tables(), tables);
    destroy().code(0).has(&["Deleted Table"]);
    assert!(site.tables().is_empty());
}

#[test]
fn a_renamed_table_is_asked_about() {
    let Some(site) = Site::new() else { return };
    site.deploy().code(0);
    let before = site.stack();
    site.project.edit("network/src/main.rs", "name!(\"dishes\")", "name!(\"plates\")");
    site.deploy().code(1).has(&["what is in DishesTable would be left behind", "--leave-data"]);
    assert_eq!(site.stack(), before);
    said(&mut site.command(&["deploy", "--yes", "--leave-data"])).code(0);
    assert_eq!(site.tables().len(), 2);
}

#[test]
fn a_package_that_somebody_else_put_there_is_not_deployed() {
    let Some(site) = Site::new() else { return };
    said(&mut site.command(&["deploy", "--yes"])).code(0);
    let code = site.functions();
    said(&mut site.command(&["destroy", "--yes"])).code(0);
    let bucket = "synth-000000000000-eu-west-1";
    let policy = site.engine.ask("s3", "GetBucketPolicy", json!({ "Bucket": bucket }));
    assert!(policy["Policy"].as_str().expect("a policy").contains("aws:SecureTransport"));
    let found = site.engine.ask("s3", "ListObjectsV2", json!({ "Bucket": bucket }));
    for object in found["Contents"].as_array().expect("packages") {
        let foreign = json!({ "Bucket": bucket, "Key": object["Key"], "Body": "foreign" });
        site.engine.ask("s3", "PutObject", foreign);
    }
    let said = site.deploy().code(0).has(&["in whose place something else was"]);
    assert_eq!(said.count("Uploaded "), 2, "{}", said.err);
    assert_eq!(site.functions(), code);
}

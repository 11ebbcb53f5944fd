//! What this network did not make, and what loses nothing by any command.

use crate::{site::Site, support::said};
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

#[test]
fn a_stack_that_was_made_by_hand_loses_nothing() {
    let Some(site) = Site::new() else { return };
    site.make("vic", BY_HAND);
    let item = json!({ "TableName": "vic-jobs", "Item": { "id": { "S": "one" } } });
    site.engine.ask("dynamodb", "PutItem", item);
    let before = there(&site, "vic");
    for command in ["deploy", "destroy"] {
        for flags in
            [&["--yes"][..], &["--yes", "--allow-data-loss"], &["--yes", "--delete-tables"]]
        {
            let is_known = match flags.last() {
                Some(&"--allow-data-loss") => command == "deploy",
                Some(&"--delete-tables") => command == "destroy",
                Some(_) | None => true,
            };
            if !is_known {
                continue;
            }
            let mut run = site.command(&[command, "--stack-name", "vic"]);
            let refused = said(run.args(flags)).code(1).has(&[
                "the stack `vic` is not `restaurant`'s",
                "it was not made by synth",
                "Jobs  AWS::DynamoDB::Table (vic-jobs): what it holds is lost",
                "Work  AWS::SQS::Queue",
                "--adopt",
            ]);
            assert_eq!(refused.count("Packaged"), 0, "{}", refused.err);
            assert_eq!(there(&site, "vic"), before, "{command} {flags:?}");
        }
    }
    // Taken over, it still loses nothing that nobody agreed to.
    let mut adopted = site.command(&["deploy", "--yes", "--stack-name", "vic", "--adopt"]);
    said(&mut adopted).code(1).has(&["what is in Jobs, Photos, Work would be lost"]);
    let after = there(&site, "vic");
    assert_eq!((&after[1], &after[2]), (&before[1], &before[2]));
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

//! What deploying would change is told, by brick, by entity and by property, and nothing else is.

use alexa_patterns::{async_processor, dispatcher, entrypoint, polling_event_processor};
use net_dsl::{
    Graph, Network,
    prelude::*,
    property::{self, dynamodb},
};
use net_synth::{
    Plan,
    diff::{Diff, Held, Replaced, ResourceChange, Sign, Stack},
    emit,
};
use net_tests::{
    everything::everything,
    networks::{async_polling, async_push, sync_api},
    run::Folder,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, ffi::OsString, fs, process::ExitCode};

fn networks() -> [Network; 4] {
    [sync_api(), async_push(), async_polling(), everything()]
}

fn stack(network: &Network) -> Stack {
    Stack::of(&Plan::new(&name!("test"), &Graph::new(network)))
}

fn template(network: &Network) -> String {
    emit::cloudformation(&Plan::new(&name!("test"), &Graph::new(network)))
}

fn diff(before: &Network, after: &Network) -> Diff {
    Diff::new(&stack(before), &stack(after))
}

#[track_caller]
fn only(diff: &Diff) -> &ResourceChange {
    let [change] = diff.resources.as_slice() else { panic!("{diff:#?}") };
    change
}

fn plain(diff: &Diff) -> String {
    anstream::adapter::strip_str(&diff.render()).to_string()
}

#[test]
fn a_network_does_not_differ_from_itself_in_whatever_order_it_was_added_up() {
    for network in networks() {
        assert!(diff(&network, &network).is_empty());
        let read = Stack::read(&template(&network)).expect("it is a template");
        assert!(Diff::new(&read, &stack(&network)).is_empty());
    }
    let other = dispatcher() + polling_event_processor() + async_processor() + entrypoint();
    assert!(diff(&async_polling(), &other).is_empty());
}

#[test]
fn the_way_back_is_the_difference_with_its_signs_turned() {
    let turned = |sign| match sign {
        Sign::Added => Sign::Removed,
        Sign::Removed => Sign::Added,
        Sign::Changed => Sign::Changed,
    };
    for before in networks() {
        for after in networks() {
            let (there, back) = (diff(&before, &after), diff(&after, &before));
            let resources: Vec<_> = there
                .resources
                .iter()
                .map(|change| (change.id.clone(), turned(change.sign)))
                .collect();
            let expected: Vec<_> =
                back.resources.iter().map(|change| (change.id.clone(), change.sign)).collect();
            assert_eq!(resources, expected);
            let permissions: BTreeSet<_> = there
                .permissions
                .iter()
                .map(|change| (&change.who, &change.actions, &change.targets, turned(change.sign)))
                .collect();
            let expected: BTreeSet<_> = back
                .permissions
                .iter()
                .map(|change| (&change.who, &change.actions, &change.targets, change.sign))
                .collect();
            assert_eq!(permissions, expected);
        }
    }
}

#[test]
fn exchanging_a_brick_is_told_as_two_bricks() {
    let diff = diff(&async_push(), &async_polling());
    let bricks: BTreeSet<_> = diff
        .resources
        .iter()
        .map(|change| (change.sign, change.bricks.iter().cloned().collect::<Vec<_>>().join(", ")))
        .collect();
    assert_eq!(
        bricks,
        BTreeSet::from([
            (Sign::Added, "polling-event-processor".to_owned()),
            (Sign::Removed, "push-gateway".to_owned()),
            // Whether devices report changes is told Alexa by whoever answers Discover.
            (Sign::Changed, "entrypoint".to_owned()),
        ])
    );
    let text = plain(&diff);
    for line in [
        "+ polling-event-processor: 1 function, 1 log group, 1 queue, 1 schedule, 8 permissions",
        "- push-gateway: 1 HTTP API, 1 function, 1 integration, 1 log group, 1 route, 1 stage, 5 permissions",
        "    + ClockToPollerSchedule  schedule of clock",
        "Permissions",
        "  + PollerRole may lambda:InvokeFunction on ResponderFunction.Arn",
        "  - ReceiverRole may lambda:InvokeFunction on ResponderFunction.Arn",
        "  + scheduler.amazonaws.com may sts:AssumeRole on ClockToPollerRole if StringEquals \
         aws:SourceAccount AWS::AccountId",
        "  - PushGatewayUrl",
        "6 added, 1 changed, 8 removed",
    ] {
        assert!(text.lines().any(|found| found == line), "no `{line}` in\n{text}");
    }
    // Queues of dead letters end with their functions only when push comes.
    assert_eq!(diff.losses().count(), 0);
}

struct Work;
messages! { Work }
struct Job;
impl Item for Job {
    const NAME: &'static str = "Job";
    const PARTITION: Key = Key::text("id");
}
contract! { Worker: Work => () { reads Job } }

fn worker() -> Function<Worker> {
    Function::builder().name(name!("worker")).code(binary!("worker")).build()
}

fn work() -> Queue<Work> {
    Queue::builder().name(name!("work")).build()
}

fn jobs(removal: Removal) -> Table<Job> {
    Table::builder().name(name!("jobs")).removal(removal).build()
}

fn shop(removal: Removal) -> Network {
    work().triggers(&worker()) + worker().reads(&jobs(removal))
}

#[test]
fn one_setting_is_one_property() {
    let larger =
        Function::<Worker>::builder().name(name!("worker")).memory(mebibytes!(512)).build();
    let network = shop(Removal::Retain);
    let diff = diff(&network, &(network.clone() + &larger));
    let change = only(&diff);
    assert_eq!((change.sign, change.replaced, change.held), (Sign::Changed, Replaced::No, None));
    let [property] = change.properties.as_slice() else { panic!("{change:#?}") };
    assert_eq!(
        (property.path.as_str(), &property.before, &property.after),
        ("MemorySize", &Some(json!(256)), &Some(json!(512)))
    );
    assert!(plain(&diff).contains("        MemorySize: 256 → 512\n"));
}

#[test]
fn another_language_is_another_runtime_handler_and_package() {
    let python = Function::<Worker>::builder()
        .name(name!("worker"))
        .code(folder!("jobs/worker", runtime = Runtime::PYTHON_3_13, handler = "worker.work"))
        .build();
    let diff = diff(&work().triggers(&worker()).into(), &work().triggers(&python).into());
    let change = only(&diff);
    assert_eq!((change.sign, change.replaced), (Sign::Changed, Replaced::No));
    let properties: Vec<_> = change
        .properties
        .iter()
        .map(|change| (change.path.as_str(), change.after.clone().expect("a value")))
        .collect();
    assert_eq!(
        properties,
        [
            ("Code/S3Key", json!("jobs/worker.zip")),
            ("Handler", json!("worker.work")),
            ("Runtime", json!("python3.13")),
        ]
    );
}

#[test]
fn what_holds_data_and_ends_stands_out_with_what_becomes_of_it() {
    for (removal, held, said) in [
        (
            Removal::Retain,
            Held::Left,
            "it is left behind with what it holds, outside the stack, and the network does not reach it",
        ),
        (Removal::Delete, Held::Lost, "what it holds is lost"),
    ] {
        let network = shop(removal);
        let named = property::set(&jobs(removal), dynamodb::table::TABLE_NAME, "jobs");
        let found = diff(&network, &(network.clone() + named));
        let change = only(&found);
        assert_eq!((change.replaced, change.held), (Replaced::Yes, Some(held)));
        assert!(plain(&found).contains(&format!("  ! JobsTable is replaced: {said}\n")));

        let found = diff(&network, &Network::empty());
        let ends: Vec<_> = found
            .resources
            .iter()
            .filter_map(|change| Some((change.id.as_str(), change.held?)))
            .collect();
        assert_eq!(
            ends,
            [("JobsTable", held), ("WorkDeadLetterQueue", Held::Lost), ("WorkQueue", Held::Lost)]
        );
    }
    let weaker = diff(&shop(Removal::Retain), &shop(Removal::Delete));
    let paths: Vec<_> =
        only(&weaker).properties.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["DeletionPolicy", "UpdateReplacePolicy"]);
    assert_eq!(weaker.losses().count(), 0);
    assert_eq!(weaker.exit_status(), 3);
    // What nobody reaches any more is as good as lost to whoever asks.
    let left = diff(&Network::from(&jobs(Removal::Retain)), &Network::empty());
    assert_eq!((left.losses().count(), left.left().count(), left.exit_status()), (0, 1, 4));
}

#[test]
fn a_new_link_is_a_permission() {
    let before: Network = work().triggers(&worker()) + &jobs(Removal::Retain);
    let diff = diff(&before, &shop(Removal::Retain));
    let [permission] = diff.permissions.as_slice() else { panic!("{diff:#?}") };
    assert_eq!(permission.sign, Sign::Added);
    assert_eq!(permission.who, "WorkerRole");
    assert_eq!(permission.actions, ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]);
    assert_eq!(permission.targets, ["JobsTable.Arn"]);
}

#[test]
fn templates_of_others_are_compared_as_well() {
    let read = |properties: Value| {
        let stream = json!({ "Type": "AWS::Kinesis::Stream", "Properties": properties });
        Stack::read(&json!({ "Resources": { "Clicks": stream } }).to_string()).expect("a template")
    };
    let diff = Diff::new(&read(json!({})), &read(json!({ "Name": { "Fn::Sub": "${A}-b" } })));
    let change = only(&diff);
    // Its schema is not known here, so the worst is told.
    assert_eq!((change.replaced, change.held), (Replaced::Unknown, Some(Held::Lost)));
    assert!(plain(&diff).contains("Name: (not set) → ${A}-b\n"));
}

#[test]
fn what_aws_refuses_is_said_to_be_refused() {
    let read = |resources: Value| {
        Stack::read(&json!({ "Resources": resources }).to_string()).expect("a template")
    };
    let table = |name: Value, kind: &str| {
        json!({
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "TableName": name,
                "AttributeDefinitions": [{ "AttributeName": "name", "AttributeType": kind }],
                "KeySchema": [{ "AttributeName": "name", "KeyType": "HASH" }],
            },
        })
    };
    let queue = |name: Value, fifo: bool| json!({ "Type": "AWS::SQS::Queue", "Properties": { "QueueName": name, "FifoQueue": fifo } });
    let derived = || json!({ "Fn::Sub": "${AWS::StackName}-jobs" });
    let route = |api: &str, key: &str| {
        let properties =
            json!({ "ApiId": { "Ref": api }, "RouteKey": key, "Target": "integrations/x" });
        json!({ "Type": "AWS::ApiGatewayV2::Route", "Properties": properties })
    };
    for (before, after, refused) in [
        // One name for the old and the new.
        (
            json!({ "A": table(json!("jobs"), "S") }),
            json!({ "A": table(json!("jobs"), "N") }),
            Some("A"),
        ),
        (json!({ "A": table(derived(), "S") }), json!({ "A": table(derived(), "N") }), Some("A")),
        (
            json!({ "A": queue(json!("work"), false) }),
            json!({ "A": queue(json!("work"), true) }),
            Some("A"),
        ),
        // A renamed entity with the name it had.
        (
            json!({ "A": table(json!("jobs"), "S") }),
            json!({ "B": table(json!("jobs"), "S") }),
            Some("B"),
        ),
        // A route under another id, as ids were made before.
        (
            json!({ "ShopToTillGetRoute": route("ShopApi", "GET /") }),
            json!({ "ShopToGetRoute": route("ShopApi", "GET /") }),
            Some("ShopToGetRoute"),
        ),
        (
            json!({ "A": route("ShopApi", "GET /") }),
            json!({ "B": route("ShopApi", "PUT /"), "C": route("BarApi", "GET /") }),
            None,
        ),
        // Another type under one id.
        (
            json!({ "A": queue(json!("work"), false) }),
            json!({ "A": table(json!("work"), "S") }),
            Some("A"),
        ),
        // Another name, no name, another attribute: it goes.
        (
            json!({ "A": table(json!("jobs"), "S") }),
            json!({ "A": table(json!("tasks"), "N") }),
            None,
        ),
        (json!({ "A": table(Value::Null, "S") }), json!({ "A": table(Value::Null, "N") }), None),
        (json!({ "A": queue(json!("x"), false) }), json!({ "A": queue(json!("x"), false) }), None),
        // One name for two types is no name for two.
        (
            json!({ "A": table(json!("work"), "S") }),
            json!({ "A": table(json!("work"), "S"), "B": queue(json!("work"), false) }),
            None,
        ),
    ] {
        let diff = Diff::new(&read(before), &read(after.clone()));
        let found: Vec<_> = diff.refused().map(|change| change.id.as_str()).collect();
        assert_eq!(found, refused.into_iter().collect::<Vec<_>>(), "{after}");
        if let Some(id) = refused {
            assert!(plain(&diff).contains("What AWS refuses\n  ! "), "{}", plain(&diff));
            let change = diff.resources.iter().find(|change| change.id == id);
            assert_eq!(change.expect("the change").held, None);
        }
    }
}

/// Runs the program of a network in this process: exit code, standard output, standard error.
fn run(network: &Network, arguments: &[&str]) -> (ExitCode, String, String) {
    let arguments = ["program"].iter().chain(arguments).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = net_synth::run_with("test", network, arguments, &mut out, &mut err);
    let plain = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("UTF-8");
        anstream::adapter::strip_str(&text).to_string()
    };
    (code, plain(out), plain(err))
}

#[test]
fn exit_codes_tell_nothing_something_and_losses_apart() {
    let folder = Folder::new();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file is written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let files = |network: &Network| {
        [write("network.json", &network.to_json()), write("template.json", &template(network))]
    };
    for file in files(&async_polling()) {
        let (code, out, err) = run(&async_polling(), &["diff", "--against", &file]);
        assert_eq!(code, ExitCode::SUCCESS, "{err}");
        assert_eq!(out, format!("test: no difference from `{file}`\n"));
    }
    for file in files(&async_push()) {
        let (code, out, _) = run(&async_polling(), &["diff", "--against", &file]);
        assert_eq!(code, ExitCode::from(3));
        assert!(out.contains("+ polling-event-processor: "), "{out}");
    }
    for file in files(&async_polling()) {
        let (code, out, _) = run(&sync_api(), &["diff", "--against", &file]);
        assert_eq!(code, ExitCode::from(4));
        assert!(out.contains("! PollerDeadLetterQueue is removed: what it holds is lost"), "{out}");
        assert!(out.contains("! PendingTable is removed: it is left behind"), "{out}");
    }
    let [file, _] = files(&async_push());
    let (code, out, _) = run(&async_polling(), &["diff", "--against", &file, "--format", "json"]);
    assert_eq!(code, ExitCode::from(3));
    let read: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(read, serde_json::to_value(diff(&async_push(), &async_polling())).expect("JSON"));
    for file in [write("x", "x"), write("y", "{}"), "nowhere".to_owned()] {
        let (code, out, err) = run(&async_polling(), &["diff", "--against", &file]);
        assert_eq!((code, out.as_str()), (ExitCode::FAILURE, ""));
        assert!(err.starts_with(&format!("error: `{file}` could not be read: ")), "{err}");
    }
    let (code, _, err) = run(&entrypoint(), &["diff", "--against", &file]);
    assert_eq!(code, ExitCode::FAILURE);
    assert!(err.contains("test has 1 error; nothing was compared"), "{err}");
}

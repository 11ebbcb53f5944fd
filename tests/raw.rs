//! Raw resources and overrides: what they refer to, what they start, and what AWS would refuse of them.

use net_dsl::{
    Graph, Reference, accept,
    check::{Finding, Severity},
    entity::event_bus,
    prelude::*,
    property::{self, lambda, sqs},
};
use net_synth::{Plan, check, emit};
use net_tests::everything::everything;
use serde_json::{Value, json};
use std::collections::BTreeSet;

struct Order;
messages! { Order }

impl Grouped for Order {
    fn group(&self) -> String {
        String::new()
    }
}

struct Ticket;
impl Item for Ticket {
    const NAME: &'static str = "Ticket";
    const PARTITION: Key = Key::text("id");
}

contract! {
    Kitchen: Order => () {}
    Till: Tick => () { sends Order }
}

fn orders() -> Queue<Order> {
    Queue::builder().name(name!("orders")).build()
}

fn kitchen() -> Function<Kitchen> {
    Function::builder().name(name!("kitchen")).code(binary!("kitchen")).build()
}

fn till() -> Function<Till> {
    Function::builder().name(name!("till")).code(binary!("till")).build()
}

/// A complete network, to which others are added.
fn shop() -> Network {
    let clock = Schedule::builder().name(name!("clock")).rate(hours!(1)).build();
    clock.triggers(&till()) + till().sends_to(&orders()) + orders().triggers(&kitchen())
}

/// A parameter of Systems Manager: a type that takes a text and starts nothing.
fn parameter(name: &str, value: impl Into<Value>) -> Network {
    let value: Value = value.into();
    raw(name, "AWS::SSM::Parameter", json!({ "Type": "String", "Value": value }))
}

fn raw(name: &str, resource_type: &'static str, properties: Value) -> Network {
    let types = [
        resource_type!("AWS::CloudWatch::Alarm"),
        resource_type!("AWS::DynamoDB::Table"),
        resource_type!("AWS::ECS::Service"),
        resource_type!("AWS::Events::Rule"),
        resource_type!("AWS::IAM::Policy"),
        resource_type!("AWS::Lambda::EventSourceMapping"),
        resource_type!("AWS::Lambda::Permission"),
        resource_type!("AWS::Lambda::Url"),
        resource_type!("AWS::Pipes::Pipe"),
        resource_type!("AWS::S3::Bucket"),
        resource_type!("AWS::S3::Buckett"),
        resource_type!("AWS::SNS::Subscription"),
        resource_type!("AWS::SSM::Parameter"),
        resource_type!("Acme::Shop::Window"),
    ];
    let found =
        types.iter().find(|known| format!("{known:?}").contains(&format!("\"{resource_type}\"")));
    Raw::builder()
        .name(Name::new(name).expect("a name"))
        .resource_type(found.expect("a type of the list").clone())
        .properties(properties)
        .build()
        .network()
}

fn findings(network: &Network) -> Vec<Finding> {
    let graph = Graph::new(network);
    check::check(&Plan::new(&name!("test"), &graph), &graph)
}

fn said(network: &Network) -> Vec<String> {
    let all = findings(network).into_iter();
    all.map(|finding| format!("{}: {}", finding.rule.code, finding.message)).collect()
}

fn template(network: &Network) -> Value {
    let text = emit::cloudformation(&Plan::new(&name!("test"), &Graph::new(network)));
    serde_json::from_str(&text).expect("JSON")
}

fn value_of(network: &Network, id: &str) -> Value {
    template(network)["Resources"][id]["Properties"]["Value"].clone()
}

fn reference(reference: Reference) -> Value {
    reference.into()
}

#[test]
fn entities_are_referred_to_by_their_handles() {
    let topic = Topic::<Order>::builder().name(name!("placed")).build();
    let table = Table::<Ticket>::builder().name(name!("tickets")).build();
    let fifo = FifoQueue::<Order>::builder().name(name!("in-turn")).build();
    let api = HttpApi::builder().name(name!("api")).build();
    let bucket = Raw::builder()
        .name(name!("photos"))
        .resource_type(resource_type!("AWS::S3::Bucket"))
        .build();
    let network = shop() + &topic + &table + &fifo + &api + &bucket;
    for (given, expected) in [
        (ref_of(&orders()), json!({ "Ref": "OrdersQueue" })),
        (arn_of(&orders()), json!({ "Fn::GetAtt": ["OrdersQueue", "Arn"] })),
        (arn_of(&&kitchen()), json!({ "Fn::GetAtt": ["KitchenFunction", "Arn"] })),
        (arn_of(&topic), json!({ "Ref": "PlacedTopic" })),
        (arn_of(&table), json!({ "Fn::GetAtt": ["TicketsTable", "Arn"] })),
        (arn_of(&fifo), json!({ "Fn::GetAtt": ["InTurnQueue", "Arn"] })),
        (ref_of(&api), json!({ "Ref": "ApiApi" })),
        (attribute_of(&api, "ApiEndpoint"), json!({ "Fn::GetAtt": ["ApiApi", "ApiEndpoint"] })),
        (arn_of(&bucket), json!({ "Fn::GetAtt": ["PhotosResource", "Arn"] })),
    ] {
        let network = network.clone() + parameter("where", reference(given));
        assert_eq!(value_of(&network, "WhereResource"), expected);
        let wrong: Vec<_> = said(&network).into_iter().filter(|s| s.starts_with('P')).collect();
        assert_eq!(wrong, [""; 0]);
    }
    // Among others, and among the variables of a text.
    let text =
        json!({ "Fn::Sub": ["${Queue}/${KitchenFunction}", { "Queue": arn_of(&orders()) }] });
    let network = shop() + parameter("where", text);
    let variables = &value_of(&network, "WhereResource")["Fn::Sub"][1];
    assert_eq!(*variables, json!({ "Queue": { "Fn::GetAtt": ["OrdersQueue", "Arn"] } }));
    assert_eq!(said(&network), [""; 0]);
}

#[test]
fn a_reference_to_nothing_is_an_error_wherever_it_stands() {
    for value in [
        json!({ "Ref": "OrderQueue" }),
        json!({ "Fn::GetAtt": ["OrderQueue", "Arn"] }),
        json!({ "Fn::GetAtt": "OrderQueue.Arn" }),
        json!({ "Fn::Sub": "${OrderQueue}" }),
        json!({ "Fn::Sub": "at ${AWS::Region} ${OrderQueue.Arn}/*" }),
        json!({ "Fn::Sub": ["${OrderQueue}-${A}", { "A": "x" }] }),
        json!({ "Fn::Sub": ["${A}", { "A": { "Ref": "OrderQueue" } }] }),
        json!({ "Fn::Join": ["-", ["a", { "Fn::Select": [0, [{ "Ref": "OrderQueue" }]] }]] }),
        json!({ "Fn::Base64": { "Fn::Sub": "${OrderQueue}" } }),
    ] {
        let network = shop() + parameter("where", value.clone());
        let found = findings(&network);
        let [finding] = found.as_slice() else { panic!("{value}: {:?}", said(&network)) };
        assert_eq!(finding.rule.code, "P201");
        assert_eq!(finding.rule.severity, Severity::Error);
        assert_eq!(
            finding.message,
            "`where` refers to `OrderQueue`, which the template does not have"
        );
        assert_eq!(finding.help[0], "did you mean `OrdersQueue`?");
        assert_eq!(finding.labels[0].at.file(), "tests/raw.rs");
    }
    for (misspelt, meant) in [
        ("AWS::Regoin", Some("AWS::Region")),
        ("CodeBuckt", Some("CodeBucket")),
        ("Kitchen", Some("KitchenRole")),
        ("Vault", None),
    ] {
        let found = findings(&(shop() + parameter("where", json!({ "Ref": misspelt }))));
        assert_eq!(found[0].rule.code, "P201");
        let near =
            found[0].help[0].strip_prefix("did you mean `").and_then(|s| s.strip_suffix("`?"));
        assert_eq!(near, meant, "{misspelt}");
    }
    // Nothing is wrong with these.
    for value in [
        json!({ "Fn::Sub": "${!Literal} ${AWS::StackName} ${CodeBucket}" }),
        json!({ "Fn::Sub": ["${Own}", { "Own": "x" }] }),
        json!({ "Fn::GetAZs": { "Ref": "AWS::Region" } }),
        json!({ "Fn::ImportValue": "shared-vpc" }),
    ] {
        assert_eq!(said(&(shop() + parameter("where", value))), [""; 0]);
    }
}

#[test]
fn an_entity_that_is_not_there_is_an_error() {
    let network = shop() + parameter("where", reference(arn_of(&orders())));
    let network = network.remove(name!("orders"));
    let found = findings(&network);
    let found: Vec<_> = found.iter().filter(|finding| finding.rule.code == "P201").collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "`where` refers to `orders`, which the template does not have");
}

#[test]
fn overrides_are_checked_as_raw_properties_are() {
    let tags = json!([{ "Key": "of", "Value": { "Ref": "Ordres" } }]);
    for overlay in [
        property::set(&orders(), sqs::queue::TAGS, tags.clone()),
        property::set(&kitchen(), lambda::function::TAGS, tags.clone()),
        orders().triggers(&kitchen()).set(lambda::event_source_mapping::TAGS, tags.clone()).into(),
    ] {
        let found = findings(&(shop() + overlay));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].rule.code, "P201");
        assert!(found[0].message.ends_with("refers to `Ordres`, which the template does not have"));
    }
}

#[test]
fn an_attribute_that_a_type_does_not_have_is_an_error() {
    let ask = |attribute| parameter("where", json!({ "Fn::GetAtt": ["OrdersQueue", attribute] }));
    assert_eq!(said(&(shop() + ask("QueueName"))), [""; 0]);
    let found = findings(&(shop() + ask("Arnn")));
    assert_eq!(
        found[0].message,
        "`where` asks for `Arnn` of `OrdersQueue`, which AWS::SQS::Queue does not have"
    );
    assert_eq!(found[0].help[0], "did you mean `Arn`?");
    let text = parameter("where", json!({ "Fn::Sub": "${KitchenFunction.Url}" }));
    assert!(said(&(shop() + text))[0].starts_with("P201: `where` asks for `Url` of"));
    // Of what nothing is known nothing is said.
    let unknown = raw("window", "Acme::Shop::Window", json!({}));
    let text = parameter("where", json!({ "Fn::Sub": "${WindowResource.Anything}" }));
    assert_eq!(said(&(shop() + unknown + text)), [""; 0]);
}

#[test]
fn conditions_and_mappings_are_refused() {
    for function in [
        json!({ "Fn::If": ["IsLive", 1, { "Ref": "AWS::NoValue" }] }),
        json!({ "Fn::FindInMap": ["Map", "a", "b"] }),
        json!({ "Fn::Join": ["", [{ "Fn::If": ["IsLive", "a", "b"] }]] }),
    ] {
        let found = said(&(shop() + parameter("where", function)));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("P201: `where` uses `Fn::"), "{found:?}");
    }
    // The `Condition` of a policy is something else.
    let policy = json!({
        "PolicyName": "p",
        "PolicyDocument": { "Statement": [{ "Condition": { "Bool": { "aws:SecureTransport": "false" } } }] },
    });
    assert_eq!(said(&(shop() + raw("policy", "AWS::IAM::Policy", policy))), [""; 0]);
}

#[test]
fn references_follow_a_prefix_and_a_rename() {
    let values = [
        reference(arn_of(&orders())),
        json!({ "Fn::GetAtt": ["OrdersQueue", "Arn"] }),
        json!({ "Fn::GetAtt": "OrdersQueue.Arn" }),
    ];
    for value in values {
        let one = shop() + parameter("where", value);
        let two = one.prefix(&name!("left"), &[]) + one.prefix(&name!("right"), &[]);
        assert_eq!(said(&two), [""; 0]);
        for (place, queue) in
            [("LeftWhereResource", "LeftOrdersQueue"), ("RightWhereResource", "RightOrdersQueue")]
        {
            assert_eq!(value_of(&two, place), json!({ "Fn::GetAtt": [queue, "Arn"] }));
        }
        // What is shared keeps its name.
        let shared = one.prefix(&name!("left"), &[&orders()]);
        let expected = json!({ "Fn::GetAtt": ["OrdersQueue", "Arn"] });
        assert_eq!(value_of(&shared, "LeftWhereResource"), expected);
        let renamed = one.rename(|id| match id.as_str() {
            "orders" => name!("orders-2").id().clone(),
            _ => id.clone(),
        });
        let expected = json!({ "Fn::GetAtt": ["OrdersN2Queue", "Arn"] });
        assert_eq!(value_of(&renamed, "WhereResource"), expected);
        assert_eq!(said(&renamed), [""; 0]);
    }
    let text =
        "${OrdersQueue}-${OrdersDeadLetterQueue.Arn}-${KitchenRole}-${AWS::Region}-${!Orders}";
    let one = shop() + parameter("where", json!({ "Fn::Sub": text }));
    let left = one.prefix(&name!("left"), &[&kitchen(), &orders()]);
    assert_eq!(value_of(&left, "LeftWhereResource"), json!({ "Fn::Sub": text }));
    let left = one.prefix(&name!("left"), &[&kitchen()]);
    let text = "${LeftOrdersQueue}-${LeftOrdersDeadLetterQueue.Arn}-${KitchenRole}-${AWS::Region}-${!Orders}";
    assert_eq!(value_of(&left, "LeftWhereResource"), json!({ "Fn::Sub": text }));
    assert_eq!(said(&left), [""; 0]);
    // Overrides, of links too.
    let tags = json!([{ "Key": "of", "Value": arn_of(&till()) }]);
    let tagged = orders().triggers(&kitchen()).set(lambda::event_source_mapping::TAGS, tags);
    let left = (shop() + tagged).prefix(&name!("left"), &[]);
    let mapping = &template(&left)["Resources"]["LeftOrdersToLeftKitchenMapping"]["Properties"];
    let expected = json!({ "Fn::GetAtt": ["LeftTillFunction", "Arn"] });
    assert_eq!(mapping["Tags"][0]["Value"], expected);
}

#[test]
fn what_is_renamed_says_where_it_leads_when_it_leads_nowhere() {
    let lost = parameter("where", json!({ "Ref": "BillsQueue" })).prefix(&name!("left"), &[]);
    let found = said(&lost);
    assert_eq!(
        found,
        ["P201: `left-where` refers to `left-bills` (Queue), which the template does not have"]
    );
}

fn codes(network: &Network) -> Vec<&'static str> {
    findings(network).iter().map(|finding| finding.rule.code).collect()
}

#[test]
fn a_raw_resource_starts_what_it_refers_to() {
    assert_eq!(codes(&kitchen().network()), ["N203"]);
    for raw in [
        raw(
            "mapping",
            "AWS::Lambda::EventSourceMapping",
            json!({ "FunctionName": ref_of(&kitchen()), "EventSourceArn": "arn:aws:kinesis:eu-west-1:1:stream/s" }),
        ),
        raw(
            "rule",
            "AWS::Events::Rule",
            json!({ "Targets": [{ "Id": "k", "Arn": arn_of(&kitchen()) }] }),
        ),
        raw(
            "rule",
            "AWS::Events::Rule",
            json!({ "Targets": [{ "Id": "k", "Arn": { "Fn::GetAtt": ["KitchenFunction", "Arn"] } }] }),
        ),
        raw(
            "permission",
            "AWS::Lambda::Permission",
            json!({
                "Action": "lambda:InvokeFunction",
                "FunctionName": { "Fn::Sub": "${KitchenFunction}" },
                "Principal": "s3.amazonaws.com",
            }),
        ),
        raw(
            "url",
            "AWS::Lambda::Url",
            json!({ "AuthType": "NONE", "TargetFunctionArn": arn_of(&kitchen()) }),
        ),
        raw("window", "Acme::Shop::Window", json!({ "Opens": ref_of(&kitchen()) })),
        raw(
            "alarm",
            "AWS::CloudWatch::Alarm",
            json!({ "ComparisonOperator": "x", "EvaluationPeriods": 1, "AlarmActions": [arn_of(&kitchen())] }),
        ),
    ] {
        let network = kitchen().network() + raw;
        assert_eq!(said(&network), [""; 0]);
        let name = network.entities().map(|(id, _)| id.as_str()).find(|id| *id != "kitchen");
        let arrow = format!("n_{} -->|starts| n_kitchen", name.expect("another"));
        assert!(emit::mermaid(&network).contains(&arrow), "{arrow}");
        let left = network.prefix(&name!("left"), &[]);
        assert_eq!(said(&left), [""; 0]);
    }
}

#[test]
fn what_watches_or_permits_starts_nothing() {
    for raw in [
        raw(
            "alarm",
            "AWS::CloudWatch::Alarm",
            json!({
                "ComparisonOperator": "x", "EvaluationPeriods": 1,
                "Dimensions": [{ "Name": "FunctionName", "Value": ref_of(&kitchen()) }],
            }),
        ),
        raw(
            "where",
            "AWS::SSM::Parameter",
            json!({ "Type": "String", "Value": arn_of(&kitchen()) }),
        ),
        raw(
            "rule",
            "AWS::Events::Rule",
            json!({ "RoleArn": { "Fn::GetAtt": ["KitchenRole", "Arn"] } }),
        ),
    ] {
        let network = kitchen().network() + raw;
        assert_eq!(codes(&network), ["N203"]);
        assert!(emit::mermaid(&network).contains("-.->|refers to| n_kitchen"));
    }
}

#[test]
fn a_raw_resource_takes_what_comes_out() {
    assert_eq!(codes(&orders().network()), ["N301"]);
    let mapping = raw(
        "mapping",
        "AWS::Lambda::EventSourceMapping",
        json!({ "FunctionName": ref_of(&kitchen()), "EventSourceArn": arn_of(&orders()) }),
    );
    let network = kitchen().network() + &orders() + mapping;
    assert_eq!(said(&network), [""; 0]);
    for picture in [emit::mermaid(&network), emit::dot(&network)] {
        assert!(picture.contains("feeds") && picture.contains("starts"), "{picture}");
    }
    let topic = Topic::<Order>::builder().name(name!("placed")).build();
    let subscription = raw(
        "mail",
        "AWS::SNS::Subscription",
        json!({ "TopicArn": arn_of(&topic), "Protocol": "email", "Endpoint": "cook@example.com" }),
    );
    assert_eq!(said(&(topic.network() + subscription)), [""; 0]);
    let pipe = json!({ "RoleArn": "r", "Source": arn_of(&orders()), "Target": "t" });
    assert_eq!(said(&(orders().network() + raw("pipe", "AWS::Pipes::Pipe", pipe))), [""; 0]);
    // Who sends to a queue does not empty it.
    let rule = json!({ "Targets": [{ "Id": "o", "Arn": arn_of(&orders()) }] });
    assert_eq!(codes(&(orders().network() + raw("rule", "AWS::Events::Rule", rule))), ["N301"]);
}

#[test]
fn a_deadline_goes_on_where_a_raw_resource_takes_and_starts() {
    let due = |seconds| {
        let orders = Queue::<Order>::builder().name(name!("orders")).deadline(seconds).build();
        Network::from(till().sends_to(&orders))
    };
    let mapping = raw(
        "mapping",
        "AWS::Lambda::EventSourceMapping",
        json!({ "FunctionName": ref_of(&kitchen()), "EventSourceArn": arn_of(&orders()) }),
    );
    let pipe = raw(
        "pipe",
        "AWS::Pipes::Pipe",
        json!({ "RoleArn": "r", "Source": arn_of(&orders()), "Target": arn_of(&kitchen()) }),
    );
    let slow = Function::<Kitchen>::builder().name(name!("kitchen")).timeout(seconds!(60)).build();
    for by in [mapping, pipe] {
        let network = |seconds| due(seconds) + &slow + &by;
        let late = findings(&network(seconds!(59)));
        let late = late.iter().find(|finding| finding.rule.code == "N403").expect("it is late");
        assert!(late.why.contains("`orders` → ") && late.why.contains("`kitchen` (60 s)"));
        assert!(!codes(&network(seconds!(60))).contains(&"N403"));
    }
    // Who only watches takes nothing on.
    let watched = raw(
        "alarm",
        "AWS::CloudWatch::Alarm",
        json!({
            "ComparisonOperator": "x", "EvaluationPeriods": 1,
            "Dimensions": [{ "Name": "QueueName", "Value": attribute_of(&orders(), "QueueName") }],
            "AlarmActions": [arn_of(&kitchen())],
        }),
    );
    assert!(!codes(&(due(seconds!(59)) + &slow + watched)).contains(&"N403"));
}

#[test]
fn properties_are_held_to_the_schema_of_their_type() {
    for (resource_type, properties, message, help) in [
        (
            "AWS::S3::Bucket",
            json!({ "VersionConfiguration": { "Status": "Enabled" } }),
            "`VersionConfiguration` of `it` is no property of AWS::S3::Bucket",
            "did you mean `VersioningConfiguration`?",
        ),
        (
            "AWS::S3::Bucket",
            json!({ "VersioningConfiguration": { "Statuz": "Enabled" } }),
            "`VersioningConfiguration/Statuz` of `it` is no property of AWS::S3::Bucket",
            "did you mean `Status`?",
        ),
        (
            "AWS::Lambda::Url",
            json!({ "AuthType": "NONE" }),
            "`TargetFunctionArn` of `it` is not set, and AWS::Lambda::Url does not go without",
            "set it",
        ),
        (
            "AWS::Events::Rule",
            json!({ "Targets": "all" }),
            "`Targets` of `it` is not what AWS::Events::Rule takes: a list",
            "change the value",
        ),
        (
            "AWS::S3::Buckett",
            json!({}),
            "`it` is of the type AWS::S3::Buckett, which CloudFormation does not have",
            "did you mean `AWS::S3::Bucket`?",
        ),
    ] {
        let network = raw("it", resource_type, properties);
        let found = findings(&network);
        let found: Vec<_> = found.iter().filter(|finding| finding.rule.code == "P202").collect();
        let [finding] = found.as_slice() else { panic!("{message}: {:?}", said(&network)) };
        assert_eq!(finding.message, message);
        assert_eq!(finding.help[0], help);
        assert_eq!(finding.labels[0].at.file(), "tests/raw.rs");
        let accepted = network + accept(name!("it"), "P202", "newer than the schemas");
        assert!(findings(&accepted).iter().all(|finding| !finding.is_fatal()));
    }
    assert_eq!(said(&raw("it", "AWS::ECS::Service", json!({ "Anything": 1 }))), [""; 0]);
}

#[test]
fn overrides_are_held_to_the_schema_below_what_rust_knows() {
    let tags = property::set(&orders(), sqs::queue::TAGS, json!([{ "Key": "a", "Valeu": "b" }]));
    let found = said(&(shop() + tags));
    // One mistake, though `Value` is missing as well.
    assert_eq!(found, ["P202: `Tags/0/Valeu` of `orders` is no property of AWS::SQS::Queue"]);
}

#[test]
fn what_holds_no_data_is_deleted_with_its_stack() {
    for (resource_type, policy) in [
        ("AWS::IAM::Policy", Value::Null),
        ("AWS::Events::Rule", Value::Null),
        ("AWS::CloudWatch::Alarm", Value::Null),
        ("AWS::S3::Bucket", json!("Retain")),
        ("AWS::DynamoDB::Table", json!("Retain")),
        // Nothing is known of it.
        ("Acme::Shop::Window", json!("Retain")),
    ] {
        let template = template(&raw("it", resource_type, json!({})));
        let resource = &template["Resources"]["ItResource"];
        assert_eq!(resource["DeletionPolicy"], policy, "{resource_type}");
        assert_eq!(resource["UpdateReplacePolicy"], policy, "{resource_type}");
    }
}

#[test]
fn logical_ids_end_as_the_language_says() {
    let network = everything();
    let graph = Graph::new(&network);
    let plan = Plan::new(&name!("test"), &graph);
    let ids: BTreeSet<&str> = plan
        .resources
        .iter()
        .map(|resource| resource.id.as_str())
        .chain(plan.parameters.iter().map(|parameter| parameter.id.as_str()))
        .collect();
    let mut used = BTreeSet::new();
    for resource in &plan.resources {
        // Resources of links have two names.
        let own = resource.id.as_str().strip_prefix(&resource.part.entity.pascal_case());
        let Some(suffix) = own.filter(|suffix| !suffix.starts_with("To")) else { continue };
        let found = graph.referred(resource.id.as_str());
        let (number, of) = found.unwrap_or_else(|| panic!("{} is of nobody", resource.id));
        assert_eq!((graph.nodes()[number].id, of), (resource.part.entity, suffix));
        used.insert((graph.nodes()[number].kind, suffix));
    }
    for node in graph.nodes() {
        let Some(main) = node.descriptor().and_then(|kind| kind.suffixes.first()) else { continue };
        // The account has its own bus already.
        if node.facts.is(event_bus::DEFAULT) {
            continue;
        }
        let main = node.id.pascal_case() + main;
        assert!(ids.contains(main.as_str()), "{main}");
    }
    assert!(used.len() > 10, "{used:?}");
}

#[test]
fn what_follows_from_an_override_is_the_same_by_handle_and_by_logical_id() {
    let key = Raw::builder()
        .name(name!("key"))
        .resource_type(resource_type!("AWS::KMS::Key"))
        .properties(json!({ "KeyPolicy": {} }))
        .build();
    let failures = Queue::<Order>::builder().name(name!("failures")).build();
    let network = |key_id: Value, target: Value| {
        shop()
            + &key
            + &failures
            + property::set(&orders(), sqs::queue::KMS_MASTER_KEY_ID, key_id)
            + property::set(&kitchen(), lambda::function::DEAD_LETTER_CONFIG_TARGET_ARN, target)
    };
    let by_handle = network(reference(arn_of(&key)), reference(arn_of(&failures)));
    let by_id = network(
        json!({ "Fn::GetAtt": ["KeyResource", "Arn"] }),
        json!({ "Fn::GetAtt": ["FailuresQueue", "Arn"] }),
    );
    assert_eq!(template(&by_handle), template(&by_id));
    let role = template(&by_handle)["Resources"]["TillRole"].to_string();
    assert!(role.contains("kms:") && role.contains("KeyResource"), "{role}");
    // Under another name as well.
    let left = by_id.prefix(&name!("left"), &[]);
    let role = template(&left)["Resources"]["LeftTillRole"].to_string();
    assert!(role.contains("kms:") && role.contains("LeftKeyResource"), "{role}");
}

#[test]
fn a_circle_of_references_is_an_error() {
    let tags = |value: Reference| json!([{ "Key": "k", "Value": value }]);
    let (one, other) = ("one", "other");
    let circle =
        parameter(one, json!({ "Fn::Sub": ["${A}", { "A": { "Ref": "OtherResource" } }] }))
            + parameter(other, json!({ "Fn::Sub": "${OneResource}" }));
    for (network, expected) in [
        (
            shop() + property::set(&orders(), sqs::queue::TAGS, tags(ref_of(&kitchen()))),
            "P203: OrdersQueue waits for itself: OrdersQueue → KitchenFunction → KitchenRole → OrdersQueue",
        ),
        (
            shop() + property::set(&kitchen(), lambda::function::TAGS, tags(ref_of(&kitchen()))),
            "P203: KitchenFunction waits for itself: KitchenFunction → KitchenFunction",
        ),
        (
            shop() + circle,
            "P203: OneResource waits for itself: OneResource → OtherResource → OneResource",
        ),
    ] {
        assert_eq!(said(&network), [expected]);
        let found = findings(&network);
        assert_eq!(found[0].labels[0].at.file(), "tests/raw.rs");
    }
    // What is referred to from outside of the circle is none.
    let tagged = property::set(&kitchen(), lambda::function::TAGS, tags(ref_of(&orders())));
    assert_eq!(said(&(shop() + tagged)), [""; 0]);
    let dead = attribute_of(&till(), "Arn");
    let tagged = property::set(&kitchen(), lambda::function::TAGS, tags(dead));
    assert_eq!(said(&(shop() + tagged)), [""; 0]);
}

//! What follows from overrides: settings, permissions, and what a key's own policy has to say.

use net_dsl::{
    Graph, accept,
    prelude::*,
    property::{self, dynamodb, lambda, logs, s3, scheduler, sns, sqs},
};
use net_synth::{Plan, check, emit};
use serde_json::{Value, json};

struct Order;
struct Ticket;
struct Photo;
messages! { Order }
objects! { Photo as bytes }

impl Item for Ticket {
    const NAME: &'static str = "Ticket";
    const PARTITION: Key = Key::text("id");
}

contract! {
    Till: Tick => () { sends Order }
    Kitchen: Order => () {}
    Archivist: Tick => () { reads Ticket, writes Ticket }
    Watcher: Change<Ticket> => () {}
    Ping: Order => () { sends Order }
    Painter: Tick => () { reads Photo, writes Photo }
    Viewer: Tick => () { reads Photo }
}

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn orders() -> Queue<Order> {
    Queue::builder().name(name!("orders")).build()
}

fn till() -> Function<Till> {
    Function::builder().name(name!("till")).code(binary!("till")).build()
}

fn kitchen() -> Function<Kitchen> {
    Function::builder().name(name!("kitchen")).code(binary!("kitchen")).build()
}

fn tickets() -> Table<Ticket> {
    Table::builder().name(name!("tickets")).build()
}

fn clock() -> Schedule {
    Schedule::builder().name(name!("clock")).rate(minutes!(5)).build()
}

/// A raw key under a policy.
fn key(policy: Value) -> Raw {
    Raw::builder()
        .name(name!("secret"))
        .resource_type(resource_type!("AWS::KMS::Key"))
        .properties(json!({ "KeyPolicy": policy }))
        .build()
}

fn key_of_orders(key: Value) -> Network {
    property::set(&orders(), sqs::queue::KMS_MASTER_KEY_ID, key)
}

/// From till to kitchen by a queue that is encrypted with a key.
fn encrypted(key: Value) -> Network {
    till().sends_to(&orders()) + orders().triggers(&kitchen()) + key_of_orders(key)
}

fn template(network: &Network) -> Value {
    let text = emit::cloudformation(&Plan::new(&name!("test"), &Graph::new(network)));
    serde_json::from_str(&text).expect("JSON")
}

fn properties<'a>(template: &'a Value, id: &str) -> &'a Value {
    &template["Resources"][id]["Properties"]
}

/// The statement of a role with a sid.
fn statement<'a>(template: &'a Value, role: &str, sid: &str) -> Option<&'a Value> {
    let document = &properties(template, role)["Policies"][0]["PolicyDocument"];
    document["Statement"].as_array()?.iter().find(|statement| statement["Sid"] == sid)
}

fn findings(network: &Network, code: &str) -> Vec<String> {
    let graph = Graph::new(network);
    let found = check::check(&Plan::new(&name!("test"), &graph), &graph).into_iter();
    let of_rule = found.filter(|finding| finding.rule.code == code && finding.accepted.is_none());
    of_rule.map(|finding| format!("{}\n{}", finding.message, finding.help.join("\n"))).collect()
}

/// "Key management", Amazon SQS Developer Guide: who sends needs `kms:GenerateDataKey` and
/// `kms:Decrypt`, who receives `kms:Decrypt`.
#[test]
fn who_uses_an_encrypted_queue_may_use_its_key_and_no_other() {
    let arn = |id: &str| json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{id}") });
    let raw = || key(json!({})).network();
    let alias = Raw::builder()
        .name(name!("nickname"))
        .resource_type(resource_type!("AWS::KMS::Alias"))
        .properties(json!({ "AliasName": "alias/x", "TargetKeyId": KEY }))
        .build();
    let is = |alias: Value| json!({ "ForAnyValue:StringEquals": { "kms:ResourceAliases": alias } });
    let attribute = || json!({ "Fn::GetAtt": ["SecretResource", "Arn"] });
    for (key, more, resource, condition) in [
        (json!(KEY), Network::empty(), json!(KEY), Value::Null),
        (json!("1234abcd-12ab"), Network::empty(), arn("1234abcd-12ab"), Value::Null),
        (json!("mrk-1234"), Network::empty(), arn("mrk-1234"), Value::Null),
        (json!({ "Ref": "SecretResource" }), raw(), attribute(), Value::Null),
        (attribute(), raw(), attribute(), Value::Null),
        (ref_of(&key(json!({}))).into(), raw(), attribute(), Value::Null),
        (arn_of(&key(json!({}))).into(), raw(), attribute(), Value::Null),
        (json!("alias/orders"), Network::empty(), arn("*"), is(json!("alias/orders"))),
        (
            json!("arn:aws:kms:eu-west-1:111122223333:alias/orders"),
            Network::empty(),
            arn("*"),
            is(json!("alias/orders")),
        ),
        (
            json!({ "Ref": "NicknameResource" }),
            alias.network(),
            arn("*"),
            is(json!({ "Ref": "NicknameResource" })),
        ),
        (
            ref_of(&alias).into(),
            alias.network(),
            arn("*"),
            is(json!({ "Ref": "NicknameResource" })),
        ),
    ] {
        let network = encrypted(key.clone()) + more;
        let template = template(&network);
        for (role, actions) in [
            ("TillRole", json!(["kms:Decrypt", "kms:GenerateDataKey"])),
            ("KitchenRole", json!(["kms:Decrypt"])),
        ] {
            let found = statement(&template, role, "UsesKeyOfOrders").expect("a statement");
            assert_eq!(found["Action"], actions, "{key}");
            assert_eq!(found["Resource"], resource, "{key}");
            assert_eq!(found.get("Condition").cloned().unwrap_or_default(), condition, "{key}");
        }
        let queue = properties(&template, "OrdersQueue");
        assert!(queue.get("KmsMasterKeyId").is_some());
        assert!(queue.get("SqsManagedSseEnabled").is_none(), "SQS takes one encryption");
        assert!(findings(&network, "P107").is_empty(), "{key}");
    }
    // Who may use SQS may use its managed key, and who has no key needs nothing.
    for key in [json!("alias/aws/sqs"), json!({ "Ref": "AWS::NoValue" }), json!("")] {
        let template = template(&encrypted(key));
        assert!(statement(&template, "TillRole", "UsesKeyOfOrders").is_none());
    }
    let plain = template(&encrypted(json!({ "Ref": "AWS::NoValue" })));
    assert_eq!(properties(&plain, "OrdersQueue")["SqsManagedSseEnabled"], true);
}

#[test]
fn who_uses_an_encrypted_topic_table_environment_or_schedule_may_use_its_key() {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let archivist =
        Function::<Archivist>::builder().name(name!("archivist")).code(binary!("a")).build();
    let watcher = Function::<Watcher>::builder().name(name!("watcher")).code(binary!("w")).build();
    let network = till().sends_to(&placed)
        + placed.triggers(&kitchen())
        + property::set(&placed, sns::topic::KMS_MASTER_KEY_ID, KEY)
        + archivist.reads(&tickets())
        + archivist.writes(&tickets())
        + tickets().stream().triggers(&watcher)
        + property::set(&tickets(), dynamodb::table::SSE_SPECIFICATION_KMS_MASTER_KEY_ID, KEY)
        + property::set(&kitchen(), lambda::function::KMS_KEY_ARN, KEY)
        + clock().triggers(&till())
        + property::set(&clock(), scheduler::schedule::KMS_KEY_ARN, KEY);
    let template = template(&network);
    let decrypts = json!(["kms:Decrypt"]);
    let published = statement(&template, "TillRole", "UsesKeyOfPlaced").expect("till publishes");
    assert_eq!(published["Action"], json!(["kms:Decrypt", "kms:GenerateDataKey"]));
    // What a topic hands on, SNS decrypts itself.
    assert!(statement(&template, "KitchenRole", "UsesKeyOfPlaced").is_none());
    let via = json!({
        "StringEquals": { "kms:ViaService": { "Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}" } }
    });
    for role in ["ArchivistRole", "WatcherRole"] {
        let found = statement(&template, role, "UsesKeyOfTickets").expect("it uses the table");
        assert_eq!((&found["Action"], &found["Condition"]), (&decrypts, &via));
    }
    let environment = statement(&template, "KitchenRole", "UsesOwnKey");
    assert_eq!(environment.expect("it reads its environment")["Action"], decrypts);
    assert_eq!(statement(&template, "ClockToTillRole", "UsesKey").expect("a key")["Resource"], KEY);
    let table = &properties(&template, "TicketsTable")["SSESpecification"];
    assert_eq!(*table, json!({ "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": KEY }));
    // One statement each, and no more of them without the keys.
    let text = template.to_string();
    assert_eq!(text.matches("\"Uses").count(), 5);
}

#[test]
fn a_key_that_a_service_needs_says_so_in_its_own_policy() {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let copied = |key: Value| placed.fans_out_to(&orders()) + encrypted(key);
    let said = findings(&copied(json!("alias/aws/sqs")), "P108");
    assert!(said[0].contains("sns.amazonaws.com may not use the key of `orders`"), "{said:?}");
    let statement = |actions: Value, service: &str| json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": actions, "Resource": "*" });
    let root = json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "kms:*", "Resource": "*" });
    let own = |statements: Value| {
        let network =
            copied(json!({ "Ref": "SecretResource" })) + &key(json!({ "Statement": statements }));
        (findings(&network, "P108"), findings(&network, "P109"))
    };
    let both = json!(["kms:Decrypt", "kms:GenerateDataKey"]);
    for enough in [
        json!([root, statement(both.clone(), "sns.amazonaws.com")]),
        json!([statement(json!(["kms:Decrypt", "kms:GenerateDataKey*"]), "sns.amazonaws.com")]),
        json!(statement(json!("kms:*"), "sns.amazonaws.com")),
    ] {
        assert_eq!(own(enough.clone()), (vec![], vec![]), "{enough}");
    }
    for lacking in [
        json!([root]),
        json!([statement(json!("kms:Decrypt"), "sns.amazonaws.com")]),
        json!([statement(both, "events.amazonaws.com")]),
    ] {
        let (said, elsewhere) = own(lacking.clone());
        assert_eq!((said.len(), elsewhere.len()), (1, 0), "{lacking}");
        assert!(said[0].contains("add to `KeyPolicy` of `secret` the statement"), "{said:?}");
        assert!(said[0].contains(r#""Service":"sns.amazonaws.com""#), "{said:?}");
        assert!(said[0].contains(r#"["kms:Decrypt","kms:GenerateDataKey"]"#), "{said:?}");
    }
    // A policy that is elsewhere is told what it has to say, until somebody has seen to it.
    for key in [json!(KEY), json!("1234"), json!("alias/orders")] {
        assert!(findings(&copied(key.clone()), "P108").is_empty());
        assert_eq!(findings(&copied(key.clone()), "P109").len(), 1);
        let seen = copied(key) + accept(&orders(), "P109", "the security team has added it");
        assert!(findings(&seen, "P109").is_empty());
    }
    assert!(findings(&encrypted(json!(KEY)), "P109").is_empty(), "no service needs it");
    let logs =
        orders().triggers(&kitchen()) + property::set(&kitchen(), logs::log_group::KMS_KEY_ID, KEY);
    assert!(findings(&logs, "P109")[0].contains("CloudWatch Logs keeps what `kitchen` logs"));
    let filtered =
        orders().triggers(&kitchen()).set(lambda::event_source_mapping::KMS_KEY_ARN, KEY);
    assert!(findings(&filtered.into(), "P109")[0].contains("lambda.amazonaws.com"));
}

/// "Using server-side encryption with AWS KMS keys", Amazon S3 User Guide: reading takes `kms:Decrypt`,
/// writing `kms:GenerateDataKey` as well.
#[test]
fn who_uses_an_encrypted_bucket_may_use_its_key_by_way_of_s3() {
    let photos = Bucket::<Photo>::builder().name(name!("photos")).build();
    let painter = Function::<Painter>::builder().name(name!("painter")).code(binary!("p")).build();
    let viewer = Function::<Viewer>::builder().name(name!("viewer")).code(binary!("v")).build();
    let encrypted = |by: Value| {
        let rules = json!([{ "ServerSideEncryptionByDefault": by }]);
        template(
            &(painter.reads(&photos)
                + painter.writes(&photos)
                + viewer.reads(&photos)
                + property::set(
                    &photos,
                    s3::bucket::BUCKET_ENCRYPTION_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
                    rules,
                )),
        )
    };
    let by_key = encrypted(json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY }));
    let via = json!({
        "StringEquals": { "kms:ViaService": { "Fn::Sub": "s3.${AWS::Region}.${AWS::URLSuffix}" } }
    });
    for (role, actions) in [
        ("PainterRole", json!(["kms:Decrypt", "kms:GenerateDataKey"])),
        ("ViewerRole", json!(["kms:Decrypt"])),
    ] {
        let found = statement(&by_key, role, "UsesKeyOfPhotos").expect("a statement");
        assert_eq!((&found["Action"], &found["Condition"]), (&actions, &via));
        assert_eq!(found["Resource"], KEY);
    }
    // S3's own key, and none of KMS, need nothing.
    for algorithm in ["aws:kms", "AES256"] {
        let plain = encrypted(json!({ "SSEAlgorithm": algorithm }));
        assert!(statement(&plain, "ViewerRole", "UsesKeyOfPhotos").is_none());
    }
}

#[test]
fn whatever_sends_to_what_is_encrypted_is_asked_about_in_the_keys_policy() {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let raw = |kind: net_dsl::entity::raw::ResourceType, properties: Value| {
        let raw = Raw::builder().name(name!("sender")).resource_type(kind);
        raw.properties(properties).build().network()
    };
    let asked = |network: Network| findings(&network, "P109");
    let locked = || {
        property::set(&placed, sns::topic::KMS_MASTER_KEY_ID, KEY)
            + property::set(&orders(), sqs::queue::KMS_MASTER_KEY_ID, KEY)
            + placed.network()
            + &orders()
    };
    let to = |of: &dyn Fn() -> Value| json!([{ "Id": "o", "Arn": of() }]);
    for of in [&|| Value::from(arn_of(&orders())) as Value, &|| Value::from(ref_of(&placed))]
        as [&dyn Fn() -> Value; 2]
    {
        let rule = raw(resource_type!("AWS::Events::Rule"), json!({ "Targets": to(of) }));
        let said = asked(locked() + rule);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("events.amazonaws.com has to use"), "{said:?}");
        assert!(said[0].contains("`sender` sends to it"), "{said:?}");
    }
    let alarm = json!({
        "ComparisonOperator": "x", "EvaluationPeriods": 1, "AlarmActions": [ref_of(&placed)],
    });
    let said = asked(locked() + raw(resource_type!("AWS::CloudWatch::Alarm"), alarm));
    assert!(said[0].starts_with("cloudwatch.amazonaws.com has to use"), "{said:?}");
    // A schedule of Scheduler's acts in a role, and who only watches sends nothing.
    let schedule = json!({ "Target": { "Arn": arn_of(&orders()), "RoleArn": "r" } });
    for silent in [
        raw(resource_type!("AWS::Scheduler::Schedule"), schedule),
        raw(resource_type!("AWS::SSM::Parameter"), json!({ "Value": arn_of(&orders()) })),
    ] {
        assert_eq!(asked(locked() + silent), [""; 0]);
    }
    // A bucket tells in S3's name.
    let photos = Bucket::<Photo>::builder().name(name!("photos")).build();
    let news = Queue::<Created<Photo>>::builder().name(name!("news")).build();
    let told = photos.created().fans_out_to(&news)
        + property::set(&news, sqs::queue::KMS_MASTER_KEY_ID, KEY);
    let said = asked(told);
    assert!(said[0].starts_with("s3.amazonaws.com has to use the key of `news`"), "{said:?}");
}

#[test]
fn what_cannot_be_told_is_said() {
    let import = || json!({ "Fn::ImportValue": "somewhere" });
    let of_kitchen = |overlay: Network| orders().triggers(&kitchen()) + overlay;
    let destination = lambda::event_source_mapping::DESTINATION_CONFIG_ON_FAILURE_DESTINATION;
    for network in [
        encrypted(import()),
        encrypted(json!({ "Ref": "OrdersDeadLetterQueue" })),
        of_kitchen(property::set(&kitchen(), lambda::function::KMS_KEY_ARN, import())),
        of_kitchen(property::set(
            &kitchen(),
            lambda::function::DEAD_LETTER_CONFIG_TARGET_ARN,
            import(),
        )),
        of_kitchen(property::set(&kitchen(), lambda::function::LOGGING_CONFIG_LOG_GROUP, import())),
        Network::from(orders().triggers(&kitchen()).set(destination, import())),
        clock().triggers(&till())
            + property::set(&clock(), scheduler::schedule::TARGET_DEAD_LETTER_CONFIG_ARN, import()),
    ] {
        assert_eq!(findings(&network, "P107").len(), 1, "{}", network.to_json());
    }
}

/// "Visualize Lambda function invocations using AWS X-Ray" and "Giving Lambda functions access to
/// resources in an Amazon VPC", AWS Lambda Developer Guide.
#[test]
fn a_function_that_is_traced_or_in_a_vpc_may_be_so() {
    let of_kitchen = |overlay: Network| template(&(orders().triggers(&kitchen()) + overlay));
    let mode = |mode: &str| property::set(&kitchen(), lambda::function::TRACING_CONFIG_MODE, mode);
    let traced = of_kitchen(mode("Active"));
    let traces = statement(&traced, "KitchenRole", "Traces").expect("it traces");
    let actions = json!(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]);
    assert_eq!((&traces["Action"], &traces["Resource"]), (&actions, &json!("*")));
    assert!(statement(&of_kitchen(mode("PassThrough")), "KitchenRole", "Traces").is_none());
    let subnets = |subnets: Value| {
        of_kitchen(property::set(&kitchen(), lambda::function::VPC_CONFIG_SUBNET_IDS, subnets))
    };
    let inside = subnets(json!(["subnet-1"]));
    let joins = statement(&inside, "KitchenRole", "JoinsNetwork").expect("it is in a VPC");
    for action in ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"]
    {
        assert!(joins["Action"].to_string().contains(&format!("\"ec2:{action}\"")), "{joins}");
    }
    assert_eq!(joins["Resource"], "*");
    assert!(statement(&subnets(json!([])), "KitchenRole", "JoinsNetwork").is_none());
}

#[test]
fn a_function_may_send_and_log_where_an_override_says() {
    let target = |target: Value| {
        let dead =
            property::set(&kitchen(), lambda::function::DEAD_LETTER_CONFIG_TARGET_ARN, target);
        template(&(orders().triggers(&kitchen()) + till().sends_to(&orders()) + dead))
    };
    let queue = "arn:aws:sqs:eu-west-1:111122223333:failures";
    let arn = json!({ "Fn::GetAtt": ["OrdersQueue", "Arn"] });
    for (given, action) in [
        (json!(queue), "sqs:SendMessage"),
        (json!("arn:aws:sns:eu-west-1:111122223333:failures"), "sns:Publish"),
        (arn.clone(), "sqs:SendMessage"),
    ] {
        let template = target(given.clone());
        let sends = statement(&template, "KitchenRole", "SendsFailures").expect("it sends");
        assert_eq!((&sends["Action"], &sends["Resource"]), (&json!([action]), &given));
        assert!(statement(&template, "KitchenRole", "SendsFailuresEncrypted").is_none());
    }
    let dead = property::set(&kitchen(), lambda::function::DEAD_LETTER_CONFIG_TARGET_ARN, arn);
    let encrypted = template(&(encrypted(json!(KEY)) + dead));
    let key = statement(&encrypted, "KitchenRole", "SendsFailuresEncrypted").expect("its key");
    assert_eq!(key["Resource"], KEY);
    let logs = |group: &str| {
        let group = property::set(&kitchen(), lambda::function::LOGGING_CONFIG_LOG_GROUP, group);
        template(&(orders().triggers(&kitchen()) + group))
    };
    let allowed = logs("/shared");
    let streams = &statement(&allowed, "KitchenRole", "Logs").expect("it logs")["Resource"];
    assert!(streams.to_string().contains(":log-group:/shared:*"), "{streams}");
    let lost = property::set(&clock(), scheduler::schedule::TARGET_DEAD_LETTER_CONFIG_ARN, queue);
    let template = template(&(clock().triggers(&till()) + lost));
    let sends = statement(&template, "ClockToTillRole", "SendsLostTicks").expect("it sends");
    assert_eq!(sends["Resource"], queue);
}

/// Functions that reach each other are addressed by name, whoever says the name.
#[test]
fn functions_in_a_circle_are_addressed_by_the_name_an_override_gives() {
    let ping = |name| Function::<Ping>::builder().name(name).code(binary!("ping")).loops().build();
    let (one, other) = (ping(name!("one")), ping(name!("other")));
    let network = one.sends_to(&other)
        + other.sends_to(&one)
        + property::set(&other, lambda::function::FUNCTION_NAME, "echo");
    let template = template(&network);
    assert_eq!(properties(&template, "OtherFunction")["FunctionName"], "echo");
    let sends = statement(&template, "OneRole", "SendsToOther").expect("it sends");
    assert!(sends["Resource"].to_string().contains(":function:echo"), "{sends}");
    let variables = &properties(&template, "OneFunction")["Environment"]["Variables"];
    assert!(variables["NET_SENDS_ORDER"].to_string().contains(":function:echo"), "{variables}");
}

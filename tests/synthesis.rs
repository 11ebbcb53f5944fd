//! What comes out of a network: the same bytes for the same network, and in the template what its
//! links imply and nothing else.

use alexa_patterns::{
    async_processor, dispatcher, entrypoint, polling_event_processor, push_gateway, sync_processor,
};
use net_dsl::{
    Graph, Id, Kind, Name, Verb, brick,
    entity::{MESSAGE, external_service, queue},
    prelude::*,
    property::{self, lambda, scheduler, sqs},
};
use net_synth::{Plan, emit};
use net_tests::{
    everything::everything,
    networks::{async_polling, async_push, examples, sync_api},
    python::root,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
};

fn templates() -> impl Iterator<Item = (Network, Template)> {
    let everything = (name!("everything"), everything());
    examples().into_iter().chain([everything]).map(|(name, network)| {
        let template = Template::new(&name, &network);
        (network, template)
    })
}

fn outputs(name: &Name, network: &Network) -> [(&'static str, String); 6] {
    let graph = Graph::new(network);
    let plan = Plan::new(name, &graph);
    [
        ("template.json", emit::cloudformation(&plan)),
        ("main.tf.json", emit::terraform(&plan)),
        ("network.json", network.to_json()),
        ("network.svg", emit::svg(network)),
        ("network.mmd", emit::mermaid(network)),
        ("network.dot", emit::dot(network)),
    ]
}

/// A template, read.
struct Template {
    text: String,
    json: Value,
}

impl Template {
    fn new(name: &Name, network: &Network) -> Template {
        let text = emit::cloudformation(&Plan::new(name, &Graph::new(network)));
        Template { json: serde_json::from_str(&text).expect("JSON"), text }
    }

    fn of(network: &Network) -> Template {
        Template::new(&name!("test"), network)
    }

    fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        section(&self.json, "Resources")
    }

    fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.resources().filter(move |(_, resource)| resource["Type"] == kind)
    }

    #[track_caller]
    fn resource(&self, id: &str) -> &Value {
        self.resources().find(|(found, _)| *found == id).unwrap_or_else(|| panic!("no {id}")).1
    }

    #[track_caller]
    fn properties(&self, id: &str) -> &Value {
        &self.resource(id)["Properties"]
    }

    fn ids(&self) -> BTreeSet<&str> {
        self.resources().map(|(id, _)| id).collect()
    }

    /// A resource as it stands in the text, from its name to its closing brace.
    fn bytes(&self, id: &str) -> &str {
        let start = self.text.find(&format!("\n    \"{id}\": {{\n")).expect("the resource's name");
        let length = self.text[start..].find("\n    }").expect("a closing brace");
        &self.text[start..start + length]
    }
}

fn section<'a>(json: &'a Value, name: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    json[name].as_object().into_iter().flatten().map(|(id, entry)| (id.as_str(), entry))
}

fn entity(resource: &Value) -> &str {
    resource["Metadata"]["Network"]["Entity"].as_str().expect("the entity it is made for")
}

fn bricks(resource: &Value) -> BTreeSet<&str> {
    let bricks = resource["Metadata"]["Network"]["Bricks"].as_array();
    bricks.into_iter().flatten().map(|brick| brick.as_str().expect("a brick's name")).collect()
}

#[test]
fn the_examples_come_out_as_their_snapshots() {
    let update = env::var_os("UPDATE_SNAPSHOTS").is_some_and(|update| update == "1");
    for (name, network) in examples() {
        let folder = root().join("tests/snapshots").join(name.to_string());
        for (file, text) in outputs(&name, &network) {
            let path = folder.join(file);
            if update {
                fs::create_dir_all(&folder).expect("a folder can be made");
                fs::write(&path, &text).expect("a snapshot can be written");
            }
            let snapshot = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                snapshot == text,
                "{} differs.\n{}\nUPDATE_SNAPSHOTS=1 cargo test -p net-tests --test synthesis \
                 writes the snapshots anew.",
                path.display(),
                first_difference(&snapshot, &text)
            );
        }
    }
}

fn first_difference(snapshot: &str, text: &str) -> String {
    let (mut ours, mut theirs) = (text.split('\n'), snapshot.split('\n'));
    for line in 1_u32.. {
        let (old, new) = (theirs.next(), ours.next());
        if old != new || old.is_none() {
            let show = |side: Option<&str>| side.unwrap_or("(the end)").to_owned();
            return format!("line {line} was  {}\nline {line} is   {}", show(old), show(new));
        }
    }
    String::new()
}

#[test]
fn equal_networks_give_equal_bytes_however_they_are_added_up() {
    let terms: [(Name, Vec<Network>); 3] = [
        (name!("sync"), vec![entrypoint(), sync_processor(), dispatcher()]),
        (name!("push"), vec![entrypoint(), async_processor(), push_gateway(), dispatcher()]),
        (
            name!("polling"),
            vec![entrypoint(), async_processor(), polling_event_processor(), dispatcher()],
        ),
    ];
    for (name, bricks) in terms {
        let sums = sums(&bricks);
        // Every order, and for each every way to set parentheses.
        assert_eq!(sums.len(), if bricks.len() == 3 { 6 * 2 } else { 24 * 5 });
        let expected = outputs(&name, &sums[0]);
        for sum in &sums {
            for (found, expected) in outputs(&name, sum).iter().zip(&expected) {
                assert!(found == expected, "{}", first_difference(&expected.1, &found.1));
            }
        }
    }
}

/// The sum of the networks in every order and with every setting of parentheses.
fn sums(networks: &[Network]) -> Vec<Network> {
    if let [network] = networks {
        return vec![network.clone()];
    }
    let mut all = Vec::new();
    // Each number between stands for the networks on the left side of the outermost `+`.
    for chosen in 1..(1_u32 << networks.len()) - 1 {
        let side = |left: bool| -> Vec<Network> {
            let on_side = |position: usize| (chosen >> position & 1 == 1) == left;
            let numbered = networks.iter().enumerate();
            numbered.filter(|(n, _)| on_side(*n)).map(|(_, network)| network.clone()).collect()
        };
        let rights = sums(&side(false));
        for left in sums(&side(true)) {
            all.extend(rights.iter().map(|right| left.clone() + right.clone()));
        }
    }
    all
}

#[test]
fn building_a_network_twice_gives_equal_bytes() {
    assert!(
        outputs(&name!("everything"), &everything())
            == outputs(&name!("everything"), &everything())
    );
    let again = everything() + everything();
    assert!(outputs(&name!("everything"), &again) == outputs(&name!("everything"), &everything()));
}

#[test]
fn exchanging_one_term_exchanges_its_resources_and_nothing_else() {
    let [sync, push, polling] =
        [sync_api(), async_push(), async_polling()].map(|network| Template::of(&network));
    for (one, other, entities) in [
        (&push, &polling, &["push-gateway", "receiver"][..]),
        (&polling, &push, &["clock", "poller"]),
        (&sync, &push, &["sync-processor"]),
        (&push, &sync, &["pending", "push-gateway", "receiver", "requester", "responder"]),
    ] {
        let theirs = other.ids();
        for (id, resource) in one.resources() {
            // The mapping of what both have to what only one has belongs to the source.
            let belongs = entities.contains(&entity(resource))
                || entities.iter().any(|entity| id.contains(&format!("To{}", pascal(entity))));
            assert_eq!(belongs, !theirs.contains(id), "{id}");
        }
    }
    for (id, resource) in push.resources().filter(|(id, _)| polling.ids().contains(id)) {
        let resource = if id == "EntrypointFunction" {
            without_reports(resource, "true")
        } else {
            resource.clone()
        };
        for part in ["Type", "Properties", "DeletionPolicy", "UpdateReplacePolicy"] {
            assert_eq!(resource[part], polling.resource(id)[part], "{part} of {id}");
        }
    }
}

/// An entrypoint but for the variable by which discovery says that changes are reported, which has a
/// value and is nowhere else.
#[track_caller]
fn without_reports(entrypoint: &Value, value: &str) -> Value {
    let mut entrypoint = entrypoint.clone();
    let variables = entrypoint["Properties"]["Environment"]["Variables"].as_object_mut();
    let reports = variables.and_then(|all| all.remove("REPORTS_CHANGES"));
    assert_eq!(reports, Some(json!(value)));
    entrypoint
}

fn pascal(name: &str) -> String {
    Name::new(name).expect("a name").id().pascal_case()
}

/// But for one variable: discovery says in which network changes are reported.
#[test]
fn what_entrypoint_and_dispatcher_make_is_the_same_bytes_in_all_three() {
    let [sync, push, polling] =
        [sync_api(), async_push(), async_polling()].map(|network| Template::of(&network));
    let unchanged = BTreeSet::from(["dispatcher", "entrypoint"]);
    let ids: BTreeSet<&str> = sync
        .resources()
        .filter(|(_, resource)| bricks(resource).is_subset(&unchanged))
        .map(|(id, _)| id)
        .collect();
    for id in ["EntrypointFunction", "EntrypointRole", "DispatcherRole", "GrantsTable"] {
        assert!(ids.contains(id), "{id} is not among {ids:?}");
    }
    for id in ids {
        assert_eq!(sync.bytes(id), polling.bytes(id));
        if id != "EntrypointFunction" {
            assert_eq!(sync.bytes(id), push.bytes(id));
        }
    }
    let pushed = without_reports(push.resource("EntrypointFunction"), "true");
    assert_eq!(pushed, *sync.resource("EntrypointFunction"));
}

type Statements = BTreeSet<(BTreeSet<String>, String)>;

fn allowed(actions: &[&str], target: String) -> (BTreeSet<String>, String) {
    (actions.iter().map(|action| (*action).to_owned()).collect(), target)
}

/// What the links of a function imply that it may do, worked out from AWS's documentation.
fn implied(network: &Network, function: &Id) -> Statements {
    let name = |id: &Id, suffix: &str| format!("{}{suffix}", id.pascal_case());
    let log_group = name(function, "LogGroup.Arn");
    let mut statements =
        Statements::from([allowed(&["logs:CreateLogStream", "logs:PutLogEvents"], log_group)]);
    for (from, link) in network.links().filter(|(_, link)| link.to() == function) {
        let source = network.kind(from).expect("it is declared");
        match (source, link.verb()) {
            (Kind::Queue | Kind::FifoQueue, _) => {
                let actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
                statements.insert(allowed(&actions, name(from, "Queue.Arn")));
            }
            (Kind::Table, _) => {
                let actions = [
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:ListStreams",
                ];
                statements.insert(allowed(&actions, name(from, "Table.StreamArn")));
            }
            _ => {}
        }
        // Handed over while nobody waits: what fails for good goes to a queue of the function's.
        if matches!(
            source,
            Kind::Table | Kind::Topic | Kind::Schedule | Kind::Bucket | Kind::EventBus
        ) || link.verb() == Verb::Sends
        {
            let dead_letters = name(function, "DeadLetterQueue.Arn");
            statements.insert(allowed(&["sqs:SendMessage"], dead_letters));
        }
    }
    for link in network.links_from(function) {
        let (to, kind) = (link.to(), network.kind(link.to()).expect("it is declared"));
        if (link.verb(), kind) == (Verb::Reads, Kind::Bucket) {
            statements.insert(allowed(&["s3:ListBucket"], bucket(to, "")));
        }
        statements.extend(match (link.verb(), kind) {
            (Verb::Sends, Kind::Queue | Kind::FifoQueue) => {
                Some(allowed(&["sqs:SendMessage"], name(to, "Queue.Arn")))
            }
            (Verb::Sends, Kind::EventBus) => {
                Some(allowed(&["events:PutEvents"], name(to, "EventBus.Arn")))
            }
            (Verb::Sends, Kind::Topic) => Some(allowed(&["sns:Publish"], name(to, "Topic"))),
            (Verb::Sends | Verb::Asks, Kind::Function) => {
                Some(allowed(&["lambda:InvokeFunction"], name(to, "Function.Arn")))
            }
            // A bucket is known by its name, and by where in it the objects lie.
            (Verb::Reads, Kind::Bucket) => {
                let what = link.facts().get(MESSAGE).expect("it is typed");
                Some(allowed(&["s3:GetObject"], bucket(to, &objects(network, to, &what))))
            }
            (Verb::Writes, Kind::Bucket) => {
                let what = link.facts().get(MESSAGE).expect("it is typed");
                let actions = ["s3:PutObject", "s3:DeleteObject"];
                Some(allowed(&actions, bucket(to, &objects(network, to, &what))))
            }
            (Verb::Reads, _) => {
                let actions = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"];
                Some(allowed(&actions, name(to, "Table.Arn")))
            }
            (Verb::Writes, _) => {
                let actions = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];
                Some(allowed(&actions, name(to, "Table.Arn")))
            }
            (Verb::Calls, Kind::ExternalService) => network
                .get(to)
                .is_some_and(|facts| facts.is(external_service::SECRET))
                .then(|| allowed(&["secretsmanager:GetSecretValue"], name(to, "CredentialsArn"))),
            _ => None,
        });
    }
    statements
}

/// The ARN of a bucket, or of what lies in it.
fn bucket(id: &Id, rest: &str) -> String {
    format!(
        "arn:${{AWS::Partition}}:s3:::${{AWS::StackName}}-{id}-${{AWS::AccountId}}-${{AWS::Region}}{rest}"
    )
}

/// The keys of a type's objects in a bucket.
fn objects(network: &Network, bucket: &Id, what: &str) -> String {
    let key = format!("object-prefix/{what}");
    let facts = network.get(bucket).expect("it is there");
    let prefix = facts.claims(&key).and_then(|flat| flat.agreed()).expect("it is said");
    format!("/{}*", prefix.to_json().as_str().expect("a text"))
}

/// What a role's one policy allows; a function addressed by name counts as the function it names.
fn granted(template: &Template, role: &str) -> Statements {
    let policies = template.properties(role)["Policies"].as_array().expect("policies");
    let [policy] = policies.as_slice() else { panic!("{role} has not one policy") };
    let statements = policy["PolicyDocument"]["Statement"].as_array().expect("statements");
    let ids: BTreeSet<&str> = statements.iter().flat_map(|one| one["Sid"].as_str()).collect();
    assert_eq!(ids.len(), statements.len(), "the statements of {role} have names of their own");
    let mut granted = Statements::new();
    for statement in statements {
        assert_eq!(statement["Effect"], "Allow");
        let actions: BTreeSet<String> =
            texts(&statement["Action"]).into_iter().map(str::to_owned).collect();
        let resources = match &statement["Resource"] {
            Value::Array(many) => many.as_slice(),
            one => std::slice::from_ref(one),
        };
        for resource in resources {
            assert!(
                granted.insert((actions.clone(), target(template, resource))),
                "{role} says twice: {statement}"
            );
        }
    }
    granted
}

fn target(template: &Template, resource: &Value) -> String {
    if let Some(attribute) = resource["Fn::GetAtt"].as_array() {
        return texts(&json!(attribute)).join(".");
    }
    if let Some(id) = resource["Ref"].as_str() {
        return id.to_owned();
    }
    if let Some(object) = resource["Fn::Sub"].as_str().filter(|arn| arn.contains(":s3:::")) {
        return object.to_owned();
    }
    let prefix = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:";
    let arn = resource["Fn::Sub"].as_str().unwrap_or_else(|| panic!("not a target: {resource}"));
    let name = arn.strip_prefix(prefix).unwrap_or_else(|| panic!("not a function: {arn}"));
    let (id, _) = template
        .of_type("AWS::Lambda::Function")
        .find(|(_, function)| function["Properties"]["FunctionName"]["Fn::Sub"] == name)
        .unwrap_or_else(|| panic!("no function is called {name}"));
    format!("{id}.Arn")
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(many) => many.iter().flat_map(texts).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

#[test]
fn a_function_may_do_what_its_links_say_and_nothing_else() {
    for (network, template) in templates() {
        let functions: Vec<&Id> = network
            .entities()
            .map(|(id, _)| id)
            .filter(|id| network.kind(*id) == Some(Kind::Function))
            .collect();
        assert_eq!(functions.len(), template.of_type("AWS::Lambda::Function").count());
        for function in functions {
            let role = format!("{}Role", function.pascal_case());
            assert_eq!(granted(&template, &role), implied(&network, function), "{function}");
            let id = format!("{}Function", function.pascal_case());
            assert_eq!(template.properties(&id)["Role"], json!({ "Fn::GetAtt": [role, "Arn"] }));
        }
    }
}

#[test]
fn roles_belong_to_one_function_or_start_one_for_a_schedule() {
    for (_, template) in templates() {
        for (id, role) in template.of_type("AWS::IAM::Role") {
            let properties = &role["Properties"];
            assert!(properties.get("ManagedPolicyArns").is_none(), "{id}");
            let trust = &properties["AssumeRolePolicyDocument"]["Statement"];
            assert_eq!(trust.as_array().map(Vec::len), Some(1), "{id}");
            match trust[0]["Principal"]["Service"].as_str() {
                Some("lambda.amazonaws.com") => {
                    let function = template.properties(&id.replace("Role", "Function"));
                    assert_eq!(function["Role"], json!({ "Fn::GetAtt": [id, "Arn"] }));
                }
                Some("scheduler.amazonaws.com") => {
                    let schedule = template.properties(&id.replace("Role", "Schedule"));
                    let starts = target(&template, &schedule["Target"]["Arn"]);
                    let expected = allowed(&["lambda:InvokeFunction"], starts);
                    assert_eq!(granted(&template, id), Statements::from([expected]));
                    // Nobody else's schedule can borrow it.
                    let account = &trust[0]["Condition"]["StringEquals"]["aws:SourceAccount"];
                    assert_eq!(*account, json!({ "Ref": "AWS::AccountId" }));
                }
                Some("events.amazonaws.com") => {
                    // A rule's, for one bus or one destination.
                    let statements = granted(&template, id);
                    assert_eq!(statements.len(), 1, "{id}");
                    let account = &trust[0]["Condition"]["StringEquals"]["aws:SourceAccount"];
                    assert_eq!(*account, json!({ "Ref": "AWS::AccountId" }));
                }
                other => panic!("{id} is for {other:?}"),
            }
        }
    }
}

#[test]
fn no_statement_has_a_wildcard_and_every_permission_a_condition() {
    for (_, template) in templates() {
        let roles = template.of_type("AWS::IAM::Role");
        for (id, policy) in roles.chain(template.of_type("AWS::SQS::QueuePolicy")) {
            for statement in statements(&policy["Properties"]) {
                for part in ["Action", "Resource", "Principal"] {
                    let text = statement[part].to_string();
                    // The keys of a bucket's objects are not known; their bucket and prefix are.
                    let objects = text.contains(":s3:::${AWS::StackName}-")
                        && text.find('*') == Some(text.trim_end_matches(['"', '}']).len() - 1);
                    assert!(!text.contains('*') || objects, "{part} of {id}: {text}");
                }
                assert!(statement.get("NotAction").is_none(), "{id}");
                assert!(statement.get("NotResource").is_none(), "{id}");
            }
        }
        for (id, policy) in template.of_type("AWS::SQS::QueuePolicy") {
            for statement in statements(&policy["Properties"]) {
                let source = &statement["Condition"]["ArnEquals"]["aws:SourceArn"];
                assert!(!source.is_null(), "{id}");
            }
        }
        for (id, permission) in template.of_type("AWS::Lambda::Permission") {
            let properties = &permission["Properties"];
            let conditions = ["SourceArn", "EventSourceToken"];
            let given: Vec<_> =
                conditions.iter().filter_map(|name| properties.get(*name)).collect();
            assert_eq!(given.len(), 1, "{id}");
            // An API's ARNs have its stage and the values of placeholders in them.
            let text = given[0].to_string();
            assert!(!text.contains('*') || text.contains(":execute-api:"), "{id}: {text}");
        }
    }
}

#[test]
fn whatever_starts_a_function_without_a_role_has_the_leave_to() {
    let mut seen = BTreeSet::new();
    for (network, template) in templates() {
        for (source, link) in network.links() {
            let principal = match (network.kind(source), link.verb()) {
                (Some(Kind::Topic), Verb::Triggers) => "sns.amazonaws.com",
                (Some(Kind::Bucket), Verb::Triggers) => "s3.amazonaws.com",
                (Some(Kind::EventBus), Verb::Triggers) => "events.amazonaws.com",
                (Some(Kind::AlexaSkill), Verb::Triggers) => "alexa-connectedhome.amazon.com",
                (Some(Kind::HttpApi), Verb::Routes) => "apigateway.amazonaws.com",
                _ => continue,
            };
            let function = format!("{}Function.Arn", pascal(link.to().as_str()));
            let leave = |(_, permission): (&str, &Value)| {
                let properties = &permission["Properties"];
                entity(permission) == source.as_str()
                    && properties["Action"] == "lambda:InvokeFunction"
                    && properties["Principal"] == principal
                    && target(&template, &properties["FunctionName"]) == function
            };
            let mut permissions = template.of_type("AWS::Lambda::Permission");
            assert!(permissions.any(leave), "{source} may not start {function}");
            seen.insert(principal);
        }
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}

fn statements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| match value.as_array() {
                Some(list) if key == "Statement" => list.iter().collect(),
                _ => statements(value),
            })
            .collect(),
        Value::Array(list) => list.iter().flat_map(statements).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_resource_names_its_entity_and_the_bricks_that_declared_it() {
    for (network, template) in templates() {
        for (id, resource) in template.resources() {
            let entity = network
                .entities()
                .find(|(name, _)| name.as_str() == entity(resource))
                .unwrap_or_else(|| panic!("{id} is for an entity that the network lacks"))
                .0;
            let declared = network
                .get(entity)
                .into_iter()
                .chain(network.links_from(entity).iter().map(|link| link.facts()));
            let said = bricks(resource);
            assert!(
                declared.into_iter().any(|facts| facts.bricks().iter().eq(said.iter())),
                "{id} is from {said:?}"
            );
        }
        let all: BTreeSet<&str> = template.resources().flat_map(|(_, r)| bricks(r)).collect();
        assert!(all.iter().eq(network.bricks().iter()), "{all:?}");
    }
}

#[test]
fn what_holds_data_says_how_long_and_what_becomes_of_it() {
    for (_, template) in templates() {
        for (id, resource) in template.resources() {
            let properties = &resource["Properties"];
            let kept = match resource["Type"].as_str() {
                Some("AWS::SQS::Queue") => properties["MessageRetentionPeriod"].is_u64(),
                Some("AWS::Logs::LogGroup") => properties["RetentionInDays"].is_u64(),
                Some("AWS::DynamoDB::Table") => {
                    let recovery = &properties["PointInTimeRecoverySpecification"];
                    recovery["PointInTimeRecoveryEnabled"].is_boolean()
                }
                _ => continue,
            };
            assert!(kept, "{id}");
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                assert!(resource[policy] == "Retain" || resource[policy] == "Delete", "{id}");
            }
        }
        for (id, function) in template.of_type("AWS::Lambda::Function") {
            let group = target(&template, &function["Properties"]["LoggingConfig"]["LogGroup"]);
            assert_eq!(template.resource(&group)["Type"], "AWS::Logs::LogGroup", "{id}");
        }
    }
    let template = Template::of(&async_polling());
    assert_eq!(template.resource("PendingTable")["DeletionPolicy"], "Retain");
}

#[test]
fn no_message_is_lost_unless_the_network_says_so() {
    for (network, template) in templates() {
        let dead_letter_queues = dead_letter_queues(&template);
        for (id, resource) in template.of_type("AWS::SQS::Queue") {
            if dead_letter_queues.contains(id) {
                continue;
            }
            let entity = Name::new(entity(resource)).expect("a name");
            let given_up =
                network.get(&entity).is_some_and(|facts| queue::max_receives(facts).is_none());
            let redrive = &resource["Properties"]["RedrivePolicy"];
            assert_eq!(redrive["maxReceiveCount"].is_u64(), !given_up, "{id}");
            assert_eq!(redrive["deadLetterTargetArn"].is_object(), !given_up, "{id}");
        }
        for (id, mapping) in template.of_type("AWS::Lambda::EventSourceMapping") {
            let types = &mapping["Properties"]["FunctionResponseTypes"];
            assert_eq!(*types, json!(["ReportBatchItemFailures"]), "{id}");
        }
        // Dead letters are the last to go.
        for id in dead_letter_queues {
            assert_eq!(template.properties(&id)["MessageRetentionPeriod"], 14 * 86_400, "{id}");
        }
    }
}

/// The queues that something else sends its failures to.
fn dead_letter_queues(template: &Template) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, resource) in template.resources() {
        let properties = &resource["Properties"];
        for place in [
            &properties["RedrivePolicy"]["deadLetterTargetArn"],
            &properties["DeadLetterConfig"]["TargetArn"],
            &properties["DestinationConfig"]["OnFailure"]["Destination"],
            &properties["Targets"][0]["DeadLetterConfig"]["Arn"],
        ] {
            found.extend(place["Fn::GetAtt"][0].as_str().map(str::to_owned));
        }
    }
    found
}

#[test]
fn a_queue_hides_messages_for_six_timeouts_of_its_consumer_and_the_batch_window() {
    for (network, template) in templates() {
        for (id, mapping) in template.of_type("AWS::Lambda::EventSourceMapping") {
            let Some(queue) = target(&template, &mapping["Properties"]["EventSourceArn"])
                .strip_suffix("Queue.Arn")
                .map(|queue| format!("{queue}Queue"))
            else {
                continue;
            };
            let entity = Name::new(entity(template.resource(&queue))).expect("a name");
            let set = network
                .get(&entity)
                .is_some_and(|facts| facts.setting(queue::VISIBILITY_TIMEOUT).is_some());
            let function = target(&template, &mapping["Properties"]["FunctionName"]);
            let function = function.strip_suffix(".Arn").expect("an ARN");
            let timeout = template.properties(function)["Timeout"].as_u64().expect("a timeout");
            let hidden = &template.properties(&queue)["VisibilityTimeout"];
            let window = mapping["Properties"]["MaximumBatchingWindowInSeconds"].as_u64();
            let needed = 6 * timeout + window.unwrap_or(0);
            assert!(set || *hidden == needed, "{id}: {hidden} and {needed}");
        }
    }
}

/// Everything a template's entry refers to.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("Ref", Value::String(id)) => {
                        found.insert(id.clone());
                    }
                    ("Fn::GetAtt", value) => {
                        let first = value.get(0).unwrap_or(value).as_str().expect("a name");
                        found.extend(first.split('.').next().map(str::to_owned));
                    }
                    ("DependsOn", value) => {
                        found.extend(texts(value).into_iter().map(str::to_owned));
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        found.extend(text.split("${").skip(1).filter_map(|rest| {
                            let name = rest.split('}').next()?;
                            (!name.starts_with('!'))
                                .then(|| name.split('.').next())?
                                .map(str::to_owned)
                        }));
                    }
                    _ => references(value, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn reference_map(template: &Template) -> BTreeMap<&str, BTreeSet<String>> {
    template
        .resources()
        .map(|(id, resource)| {
            let mut found = BTreeSet::new();
            references(resource, &mut found);
            (id, found)
        })
        .collect()
}

/// A resource that refers to itself along some path, if there is one.
fn in_a_circle(template: &Template) -> Option<String> {
    let map = reference_map(template);
    map.keys().copied().find_map(|start| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(id) = open.pop() {
            for next in map.get(id).into_iter().flatten() {
                if next == start {
                    return Some(start.to_owned());
                }
                if seen.insert(next.as_str()) {
                    open.push(next);
                }
            }
        }
        None
    })
}

#[test]
fn the_finder_of_circles_finds_circles() {
    let entry = |reference: Value| json!({ "Type": "X", "Properties": reference });
    let template = |a: Value, b: Value| {
        let json = json!({ "Resources": { "A": entry(a), "B": entry(b) } });
        Template { text: json.to_string(), json }
    };
    let to_b = || json!({ "Ref": "B" });
    for to_a in [
        json!([{ "Ref": "A" }]),
        json!({ "Fn::GetAtt": ["A", "Arn"] }),
        json!({ "Fn::Sub": "x-${A.Arn}" }),
        json!({ "DependsOn": ["A"] }),
    ] {
        assert!(in_a_circle(&template(to_b(), to_a)).is_some());
    }
    assert_eq!(in_a_circle(&template(to_b(), json!({ "Fn::Sub": "${!A} ${AWS::Region}" }))), None);
}

#[test]
fn references_lead_somewhere_and_never_in_a_circle() {
    for (_, template) in templates() {
        assert_eq!(in_a_circle(&template), None);
        let known: BTreeSet<&str> = template
            .ids()
            .into_iter()
            .chain(section(&template.json, "Parameters").map(|(id, _)| id))
            .collect();
        let mut all: BTreeSet<String> = reference_map(&template).into_values().flatten().collect();
        references(&template.json["Outputs"], &mut all);
        for reference in &all {
            assert!(known.contains(&**reference) || reference.starts_with("AWS::"), "{reference}");
        }
        // Nobody is asked for what nothing uses.
        for (parameter, _) in section(&template.json, "Parameters") {
            assert!(all.contains(parameter), "{parameter}");
        }
    }
}

struct Ping;
struct Pong;
struct Directive;
struct Event;
messages! { Ping, Pong, Directive, Event }
impl Request for Directive {
    type Reply = Event;
}
services! { Own }

contract! {
    Pinger: Ping => () { sends Pong }
    Ponger: Pong => () { sends Ping }
    Caller: HttpRequest<()> => HttpResponse { calls Own }
    Worker: Ping => () {}
    Sweeper: Tick => () {}
    Answerer: Directive => Event {}
}

/// One function, reached in two ways of every kind that allows it.
fn reached_twice() -> Network {
    let skill = |name| AlexaSkill::<Directive>::builder().name(name).build();
    let answerer =
        Function::<Answerer>::builder().name(name!("answerer")).code(binary!("answer")).build();
    let caller = Function::<Caller>::builder().name(name!("caller")).code(binary!("call")).build();
    let api = |name| HttpApi::builder().name(name).build();
    let topic = |name| Topic::<Ping>::builder().name(name).build();
    skill(name!("home")).triggers(&answerer)
        + skill(name!("office")).triggers(&answerer)
        + api(name!("inside")).routes(route!(GET "/" => ()), &caller)
        + api(name!("outside")).routes(route!(GET "/" => ()), &caller)
        + api(name!("outside")).routes(route!(ANY "/{rest+}" => ()), &caller)
        + caller.calls(&api(name!("inside")).serves::<Own>())
        + topic(name!("morning")).triggers(&worker())
        + topic(name!("evening")).triggers(&worker())
        + pings().triggers(&worker())
}

#[test]
fn no_name_is_given_twice() {
    let everything = Template::of(&everything());
    for template in [everything, Template::of(&reached_twice())] {
        let mut lines = template.text.lines();
        for section in ["Parameters", "Resources", "Outputs"] {
            let section_starts = format!("  \"{section}\": {{");
            assert!(lines.any(|line| line == section_starts), "no {section}");
            let mut names = BTreeSet::new();
            for line in lines.by_ref().take_while(|line| !line.starts_with("  }")) {
                let is_name = line.starts_with("    \"");
                assert!(!is_name || names.insert(line), "{section} has twice: {line}");
            }
            assert!(!names.is_empty());
        }
    }
}

#[test]
fn functions_that_reach_each_other_and_apis_that_call_themselves_deploy() {
    let pinger = Function::<Pinger>::builder().name(name!("pinger")).code(binary!("ping")).build();
    let ponger = Function::<Ponger>::builder().name(name!("ponger")).code(binary!("pong")).build();
    let caller = Function::<Caller>::builder().name(name!("caller")).code(binary!("call")).build();
    let api = HttpApi::builder().name(name!("api")).build();
    let network = pinger.sends_to(&ponger)
        + ponger.sends_to(&pinger)
        + api.routes(route!(GET "/" => ()), &caller)
        + caller.calls(&api.serves::<Own>());
    let template = Template::of(&network);
    assert_eq!(in_a_circle(&template), None);
    let ponger = Name::new("ponger").expect("a name");
    assert_eq!(granted(&template, "PongerRole"), implied(&network, ponger.id()));
    let url = &template.properties("CallerFunction")["Environment"]["Variables"]["NET_CALLS_OWN"];
    assert_eq!(*url, template.json["Outputs"]["ApiUrl"]["Value"]);
}

fn worker() -> Function<Worker> {
    Function::builder().name(name!("worker")).code(binary!("work")).timeout(seconds!(10)).build()
}

fn pings() -> Queue<Ping> {
    Queue::builder().name(name!("pings")).build()
}

#[test]
fn a_folder_is_run_by_the_runtime_it_names() {
    let with = |code| {
        let worker = Function::<Worker>::builder().name(name!("worker")).code(code);
        Template::of(&pings().triggers(&worker.architecture(Architecture::X86_64).build()).into())
    };
    let said = |template: &Template| {
        let function = template.properties("WorkerFunction");
        assert_eq!(function["Architectures"], json!(["x86_64"]));
        let said = [&function["Runtime"], &function["Handler"], &function["Code"]["S3Key"]];
        said.map(|text| text.as_str().expect("a text").to_owned())
    };
    let python =
        with(folder!("pings/worker", runtime = Runtime::PYTHON_3_13, handler = "worker.handle"));
    assert_eq!(said(&python), ["python3.13", "worker.handle", "pings/worker.zip"]);
    let bootstrap = with(folder!("worker", runtime = Runtime::PROVIDED_AL2023));
    assert_eq!(said(&bootstrap), ["provided.al2023", "bootstrap", "worker.zip"]);
    // Nothing else depends on what the code is.
    let binary = with(binary!("worker"));
    assert_eq!(said(&binary), said(&bootstrap));
    assert_eq!(binary.text, bootstrap.text);
    assert_eq!(binary.ids(), python.ids());
    assert_eq!(binary.bytes("WorkerRole"), python.bytes("WorkerRole"));
}

#[test]
fn overrides_stand_at_their_path_over_what_is_derived() {
    let network = pings().triggers(&worker()).set(lambda::event_source_mapping::BATCH_SIZE, 7)
        + property::set(&worker(), lambda::function::EPHEMERAL_STORAGE_SIZE, 1_024)
        + property::set(&worker(), lambda::function::MEMORY_SIZE, 2_048)
        + property::set(&pings(), sqs::queue::RECEIVE_MESSAGE_WAIT_TIME_SECONDS, 20);
    let template = Template::of(&network);
    let function = template.properties("WorkerFunction");
    assert_eq!(function["EphemeralStorage"], json!({ "Size": 1_024 }));
    assert_eq!(function["MemorySize"], 2_048);
    assert_eq!(function["Timeout"], 10);
    assert_eq!(template.properties("PingsQueue")["ReceiveMessageWaitTimeSeconds"], 20);
    assert_eq!(template.properties("PingsToWorkerMapping")["BatchSize"], 7);
    // What was not overridden is as it was.
    let plain = Template::of(&pings().triggers(&worker()).into());
    assert_eq!(plain.bytes("WorkerRole"), template.bytes("WorkerRole"));
    assert_eq!(plain.bytes("PingsDeadLetterQueue"), template.bytes("PingsDeadLetterQueue"));
}

#[test]
fn maps_that_are_overridden_add_up_with_what_is_derived_at_any_depth() {
    let variables = lambda::function::ENVIRONMENT_VARIABLES;
    let network = pings().triggers(&worker())
        + property::set(&worker(), variables, json!({ "ONE": "1" }))
        + property::set(&worker(), variables, json!({ "OTHER": { "Ref": "AWS::Region" } }))
        + property::set(&pings(), sqs::queue::REDRIVE_POLICY, json!({ "maxReceiveCount": 7 }));
    let template = Template::of(&network);
    let variables = &template.properties("WorkerFunction")["Environment"]["Variables"];
    assert_eq!(variables["ONE"], "1");
    assert_eq!(variables["OTHER"], json!({ "Ref": "AWS::Region" }));
    let dead = json!({ "Fn::GetAtt": ["PingsDeadLetterQueue", "Arn"] });
    let policy = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": 7 });
    assert_eq!(template.properties("PingsQueue")["RedrivePolicy"], policy);
    // A schedule's retries follow its override.
    let clock = Schedule::builder().name(name!("clock")).rate(minutes!(1)).build();
    let sweeper = Function::<Sweeper>::builder().name(name!("sweeper")).code(binary!("s")).build();
    let hourly = clock.triggers(&sweeper)
        + property::set(&clock, scheduler::schedule::SCHEDULE_EXPRESSION, "rate(1 hour)");
    let template = Template::of(&hourly);
    let schedule = template.properties("ClockToSweeperSchedule");
    assert_eq!(schedule["ScheduleExpression"], "rate(1 hour)");
    assert_eq!(schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"], 3_600);
}

#[test]
fn what_follows_from_a_timeout_follows_its_override() {
    let api = HttpApi::builder().name(name!("api")).build();
    let caller = Function::<Caller>::builder().name(name!("caller")).code(binary!("call")).build();
    let network = pings().triggers(&worker())
        + api.routes(route!(GET "/" => ()), &caller)
        + property::set(&worker(), lambda::function::TIMEOUT, 600)
        + property::set(&caller, lambda::function::TIMEOUT, 5);
    let template = Template::of(&network);
    assert_eq!(template.properties("WorkerFunction")["Timeout"], 600);
    assert_eq!(template.properties("PingsQueue")["VisibilityTimeout"], 6 * 600);
    assert_eq!(template.properties("ApiToCallerIntegration")["TimeoutInMillis"], 5_000);
}

#[test]
fn a_route_is_the_same_resource_whatever_it_leads_to() {
    let api = HttpApi::builder().name(name!("api")).build();
    let leads_to = |name| {
        let caller = Function::<Caller>::builder().name(name).code(binary!("call")).build();
        Template::of(&api.routes(route!(GET "/a/{b}" => ()), &caller).into())
    };
    let (one, other) = (leads_to(name!("caller")), leads_to(name!("answerer")));
    let ids = |template: &Template| -> BTreeSet<String> {
        let of = ["AWS::ApiGatewayV2::Route", "AWS::Lambda::Permission"];
        of.iter().flat_map(|kind| template.of_type(kind)).map(|(id, _)| id.to_owned()).collect()
    };
    let expected = ["ApiToGetAByBPermission", "ApiToGetAByBRoute"].map(str::to_owned);
    assert_eq!(ids(&one), BTreeSet::from(expected));
    assert_eq!(ids(&one), ids(&other));
    let target = |template: &Template| template.properties("ApiToGetAByBRoute")["Target"].clone();
    assert_ne!(target(&one), target(&other), "it leads elsewhere");
}

/// Names that would come to one id if parts were put together as they are.
#[test]
fn no_names_are_too_alike_for_ids_and_statements() {
    let queue = |name| Queue::<Ping>::builder().name(name).build();
    let api = |name| HttpApi::builder().name(name).build();
    let topic = |name| Topic::<Pong>::builder().name(name).build();
    let worker = |name| Function::<Worker>::builder().name(name).code(binary!("work")).build();
    let ponger = |name| Function::<Ponger>::builder().name(name).code(binary!("pong")).build();
    let sweeper = |name| Function::<Sweeper>::builder().name(name).code(binary!("s")).build();
    let caller = |name| Function::<Caller>::builder().name(name).code(binary!("call")).build();
    let clock = |name| Schedule::builder().name(name).rate(minutes!(1)).build();
    let both = worker(name!("worker"));
    let network = queue(name!("room-1")).triggers(&both)
        + queue(name!("room1")).triggers(&both)
        + queue(name!("orders")).triggers(&worker(name!("w")))
        + queue(name!("orders-dead-letter")).triggers(&worker(name!("w2")))
        + clock(name!("a")).triggers(&sweeper(name!("b")))
        + clock(name!("a-to-b")).triggers(&sweeper(name!("c")))
        + clock(name!("a-b")).triggers(&sweeper(name!("c")))
        + &sweeper(name!("a-to-b2"))
        + clock(name!("e")).triggers(&sweeper(name!("b-to-c")))
        + topic(name!("x-y")).triggers(&ponger(name!("z")))
        + topic(name!("x")).triggers(&ponger(name!("y-z")))
        + api(name!("shop")).routes(route!(POST "/a/b" => ()), &caller(name!("call")))
        + api(name!("shop")).routes(route!(POST "/ab" => ()), &caller(name!("call")))
        + api(name!("shop")).routes(route!(POST "/aB" => ()), &caller(name!("call")))
        + api(name!("shop")).routes(route!(POST "/a/{b}" => ()), &caller(name!("call")))
        + api(name!("shop")).routes(route!(POST "/a/by/b" => ()), &caller(name!("call")))
        + api(name!("shop-post")).routes(route!(POST "/a" => ()), &caller(name!("call")));
    let graph = Graph::new(&network);
    let plan = Plan::new(&name!("test"), &graph);
    let resources = plan.resources.iter().map(|resource| resource.id.as_str());
    let ids: Vec<_> =
        resources.chain(plan.parameters.iter().map(|parameter| parameter.id.as_str())).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    // IAM: "Statement IDs (SID) in a single policy must be unique".
    let template = Template::of(&network);
    for (id, role) in template.of_type("AWS::IAM::Role") {
        let said = statements(&role["Properties"]);
        let sids: BTreeSet<String> =
            said.iter().map(|statement| statement["Sid"].to_string()).collect();
        assert_eq!(sids.len(), said.len(), "{id}");
    }
}

#[test]
fn raw_resources_come_out_as_they_were_put_in() {
    let photos = Raw::builder()
        .name(name!("photos"))
        .resource_type(resource_type!("AWS::S3::Bucket"))
        .properties(json!({
            "VersioningConfiguration": { "Status": "Enabled" },
            "Tags": [{ "Key": "owner", "Value": { "Ref": "AWS::StackName" } }],
        }))
        .removal(Removal::Delete)
        .build();
    let template = Template::of(&brick(name!("album"), &photos));
    let expected = json!({
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Metadata": { "Network": { "Entity": "photos", "Bricks": ["album"] } },
        "Properties": {
            "VersioningConfiguration": { "Status": "Enabled" },
            "Tags": [{ "Key": "owner", "Value": { "Ref": "AWS::StackName" } }],
        },
    });
    assert_eq!(*template.resource("PhotosResource"), expected);
    assert_eq!(template.ids().len(), 1);
}

#[test]
fn overrides_reach_every_resource_an_overlay_may_name() {
    let template = Template::of(&everything());
    assert_eq!(template.properties("LedgerTable")["DeletionProtectionEnabled"], true);
    assert_eq!(template.properties("TillRole")["MaxSessionDuration"], 7_200);
    assert_eq!(template.properties("TillLogGroup")["LogGroupClass"], "INFREQUENT_ACCESS");
    assert_eq!(template.properties("PlacedTopic")["DisplayName"], "Orders");
    let settings = &template.properties("ShopStage")["DefaultRouteSettings"];
    assert_eq!(*settings, json!({ "ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50.5 }));
    let origins = &template.properties("ShopApi")["CorsConfiguration"]["AllowOrigins"];
    assert_eq!(*origins, json!(["https://restaurant.example.com"]));
    let timezone = &template.properties("NightToCleanerSchedule")["ScheduleExpressionTimezone"];
    assert_eq!(*timezone, "Asia/Tokyo");
}

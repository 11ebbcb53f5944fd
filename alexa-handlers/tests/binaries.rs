//! The binaries as Lambda runs them, each with the environment that the plan writes for it, on real
//! queues and tables (MiniStack), between doubles of Acme, Login with Amazon and Alexa's gateway.

use alexa_doubles::{Acme, Device, Gateway, Login, Pace, Pushes, directive};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_sqs::{
    config::Credentials,
    types::{MessageSystemAttributeName, QueueAttributeName},
};
use net_dsl::{Graph, Name, Network};
use net_local::{Answer, Function};
use net_synth::{
    Plan, check,
    plan::{self, Pseudo, types},
};
use net_tests::{
    engine::Engine,
    networks::{async_polling, async_push, sync_api},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::{Duration, SystemTime},
};

/// A network's functions, running.
struct World {
    // Gone with it: the services.
    _engine: Engine,
    sqs: aws_sdk_sqs::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    acme: Acme,
    login: Login,
    gateway: Gateway,
    /// Identities of queues and tables, by logical id.
    identities: HashMap<String, String>,
    functions: BTreeMap<String, Function>,
}

/// What Alexa says for whom.
const TOKEN: &str = "token-of-ann";

const TIME: Duration = Duration::from_secs(20);

impl World {
    /// Starts everything; none where there is no Python for the engine.
    async fn start(network: Network) -> Option<World> {
        let engine = Engine::start()?;
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(&engine.endpoint)
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(Region::new("eu-west-1"))
            .load()
            .await;
        let sqs = aws_sdk_sqs::Client::new(&config);
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        let secrets = aws_sdk_secretsmanager::Client::new(&config);
        let (acme, login) = (Acme::start().await, Login::start().await);
        let gateway = Gateway::start(&login).await;
        acme.add("ann", TOKEN, [("lamp", Device::bulb()), ("door", Device::lock())]);

        let graph = Graph::new(&network);
        let plan = Plan::new(&Name::new("skill").expect("a name"), &graph);
        let findings = check::check(&plan, &graph);
        assert!(!findings.iter().any(net_dsl::check::Finding::is_fatal), "{findings:#?}");
        let mut world = World {
            _engine: engine,
            sqs,
            dynamodb,
            acme,
            login,
            gateway,
            identities: HashMap::new(),
            functions: BTreeMap::new(),
        };
        world.make_queues_and_tables(&plan).await;
        let mut arns = Vec::new();
        for secret in [world.acme.secret(), world.login.secret()] {
            let name = format!("secret-{}", arns.len());
            let made = secrets.create_secret().name(name).secret_string(secret).send().await;
            arns.push(made.expect("a secret is made").arn.expect("its ARN"));
        }
        let parameters: HashMap<&str, String> = [
            ("DeviceCloudBaseUrl", world.acme.url().to_owned()),
            ("DeviceCloudCredentialsArn", arns[0].clone()),
            ("LoginWithAmazonBaseUrl", world.login.url().to_owned()),
            ("LoginWithAmazonCredentialsArn", arns[1].clone()),
            ("AlexaGatewayBaseUrl", world.gateway.url().to_owned()),
        ]
        .into();
        for resource in plan.of_type(types::FUNCTION) {
            let properties = &resource.properties;
            let variables = properties.get("Environment/Variables");
            let mut environment: BTreeMap<String, String> = variables
                .into_iter()
                .flat_map(plan::Value::entries)
                .map(|(name, value)| (name.to_owned(), world.text(value, &parameters)))
                .collect();
            // The engine runs no functions here: what goes to one goes by a queue, which the code
            // does not notice.
            for value in environment.values_mut().filter(|value| value.starts_with("lambda:")) {
                *value = format!("sqs:{}", world.identities["Changes"]);
            }
            environment.extend(world.credentials());
            let package = properties.get("Code/S3Key").and_then(plan::Value::as_text);
            let package = package.expect("a package");
            let name = resource.part.entity.as_str();
            let function = Function::start(name, binary(package), environment).await;
            world.functions.insert(name.to_owned(), function.expect("a binary starts"));
        }
        Some(world)
    }

    fn credentials(&self) -> [(String, String); 3] {
        [
            ("AWS_ENDPOINT_URL".to_owned(), self._engine.endpoint.clone()),
            ("AWS_ACCESS_KEY_ID".to_owned(), "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "test".to_owned()),
        ]
    }

    async fn make_queues_and_tables(&mut self, plan: &Plan<'_>) {
        self.make_queue("Changes").await;
        for resource in &plan.resources {
            let id = resource.id.as_str();
            match resource.resource_type.as_str() {
                types::QUEUE => self.make_queue(id).await,
                types::TABLE => {
                    let property = |path| resource.properties.get(path).expect("a property");
                    let text = |of: &plan::Value, name| {
                        of.get(name).and_then(plan::Value::as_text).expect("a text").to_owned()
                    };
                    let mut request = self
                        .dynamodb
                        .create_table()
                        .table_name(id)
                        .billing_mode(BillingMode::PayPerRequest);
                    for key in property("KeySchema").items() {
                        request = request.key_schema(
                            KeySchemaElement::builder()
                                .attribute_name(text(key, "AttributeName"))
                                .key_type(KeyType::from(text(key, "KeyType").as_str()))
                                .build()
                                .expect("a key"),
                        );
                    }
                    for attribute in property("AttributeDefinitions").items() {
                        let letter = text(attribute, "AttributeType");
                        request = request.attribute_definitions(
                            AttributeDefinition::builder()
                                .attribute_name(text(attribute, "AttributeName"))
                                .attribute_type(ScalarAttributeType::from(letter.as_str()))
                                .build()
                                .expect("an attribute"),
                        );
                    }
                    request.send().await.expect("a table is made");
                    self.identities.insert(id.to_owned(), id.to_owned());
                }
                _ => {}
            }
        }
    }

    async fn make_queue(&mut self, id: &str) {
        let made = self
            .sqs
            .create_queue()
            .queue_name(id)
            .attributes(QueueAttributeName::VisibilityTimeout, "30")
            .send()
            .await
            .expect("a queue is made");
        self.identities.insert(id.to_owned(), made.queue_url.expect("its URL"));
    }

    /// What a deployment makes of a value.
    fn text(&self, value: &plan::Value, parameters: &HashMap<&str, String>) -> String {
        match value {
            plan::Value::Text(text) => text.to_string(),
            plan::Value::Ref(id) => {
                let parameter = parameters.get(id.as_str());
                parameter.or(self.identities.get(id.as_str())).cloned().unwrap_or_default()
            }
            plan::Value::Arn(id) => format!("arn:aws:local:{}", id.as_str()),
            plan::Value::Pseudo(Pseudo::Partition) => "aws".to_owned(),
            plan::Value::Pseudo(_) => "local".to_owned(),
            plan::Value::Join(parts) => {
                parts.iter().map(|part| self.text(part, parameters)).collect()
            }
            other => panic!("not known: {other:?}"),
        }
    }

    async fn invoke(&self, function: &str, event: &Value) -> Value {
        let running = &self.functions[function];
        match running.invoke(&event.to_string(), TIME).await {
            Answer::Response(json) => serde_json::from_str(&json).expect("an answer is JSON"),
            other => panic!("{function}: {other:?}\n{:#?}", running.log()),
        }
    }

    /// Takes what is in a queue to a function, as an event source mapping does: what was handled is
    /// deleted. Returns the event, and which messages failed.
    async fn feed(&self, queue: &str, function: &str) -> (Value, Vec<String>) {
        let url = &self.identities[queue];
        let received = self
            .sqs
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            .wait_time_seconds(1)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .expect("messages are received");
        let messages = received.messages.unwrap_or_default();
        if messages.is_empty() {
            // Lambda starts nothing for nothing.
            return (Value::Null, Vec::new());
        }
        let records = messages.iter().map(|message| {
            let attributes = message.message_attributes.iter().flatten().map(|(name, value)| {
                let text = value.string_value.clone();
                (name.clone(), json!({ "stringValue": text, "dataType": "String" }))
            });
            json!({
                "messageId": message.message_id,
                "body": message.body,
                "attributes": {},
                "messageAttributes": attributes.collect::<serde_json::Map<_, _>>(),
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:eu-west-1:000000000000:{queue}"),
            })
        });
        let event = json!({ "Records": records.collect::<Vec<_>>() });
        let answer = self.invoke(function, &event).await;
        let failed: Vec<String> = answer["batchItemFailures"]
            .as_array()
            .expect("a batch is answered message by message")
            .iter()
            .filter_map(|failure| failure["itemIdentifier"].as_str().map(str::to_owned))
            .collect();
        for message in messages {
            if !failed.contains(&message.message_id.unwrap_or_default()) {
                let handle = message.receipt_handle.expect("a receipt");
                let deleted = self.sqs.delete_message().queue_url(url).receipt_handle(handle);
                deleted.send().await.expect("a message is deleted");
            }
        }
        (event, failed)
    }

    /// [`World::feed`], of so many messages that all go well.
    async fn feed_all(&self, count: usize, queue: &str, function: &str) -> Value {
        let (event, failed) = self.feed(queue, function).await;
        let records = event["Records"].as_array().map_or(0, Vec::len);
        let log = self.functions[function].log();
        assert_eq!((records, failed), (count, Vec::new()), "{queue}: {log:#?}");
        event
    }

    async fn accept_grant(&self) {
        let event = self
            .invoke("entrypoint", &directive::accept_grant(&self.login.code("ann"), TOKEN))
            .await;
        assert_eq!(event["event"]["header"]["name"], "AcceptGrant.Response", "{event}");
    }

    /// Asks for something and is told to wait.
    async fn defer(&self, directive: &Value) {
        let event = self.invoke("entrypoint", directive).await;
        alexa_doubles::schema::synchronous(&event).expect("as Alexa wants it");
        assert_eq!(event["event"]["header"]["name"], "DeferredResponse", "{event}");
    }

    /// The one answer that the gateway has taken.
    fn answer(&self, correlation: &str) -> Value {
        let answers = self.gateway.answers(correlation);
        assert_eq!(answers.len(), 1, "one answer: {answers:#?}, {:#?}", self.gateway.refused());
        assert_eq!(answers[0].user, "ann");
        answers[0].event.clone()
    }

    /// No log may say what lets somebody act as somebody else.
    fn assert_nothing_secret_is_logged(&self) {
        for (name, function) in &self.functions {
            let log = function.log().join("\n");
            for secret in [TOKEN, "hush-", "code-", "access-", "refresh-"] {
                assert!(!log.contains(secret), "{name} has logged `{secret}…`:\n{log}");
            }
        }
    }
}

fn binary(package: &str) -> &'static Path {
    Path::new(match package.strip_suffix(".zip").expect("a package is a zip") {
        "alexa-entrypoint" => env!("CARGO_BIN_EXE_alexa-entrypoint"),
        "alexa-sync-processor" => env!("CARGO_BIN_EXE_alexa-sync-processor"),
        "alexa-requester" => env!("CARGO_BIN_EXE_alexa-requester"),
        "alexa-responder" => env!("CARGO_BIN_EXE_alexa-responder"),
        "alexa-receiver" => env!("CARGO_BIN_EXE_alexa-receiver"),
        "alexa-poller" => env!("CARGO_BIN_EXE_alexa-poller"),
        "alexa-dispatcher" => env!("CARGO_BIN_EXE_alexa-dispatcher"),
        other => panic!("the networks name a binary that is not there: {other}"),
    })
}

fn directive(namespace: &str, name: &str, device: &str, correlation: &str) -> Value {
    directive::to_device(namespace, name, device, TOKEN, correlation)
}

fn turn_on(correlation: &str) -> Value {
    directive("Alexa.PowerController", "TurnOn", "lamp", correlation)
}

fn power(event: &Value) -> &Value {
    let properties = event["context"]["properties"].as_array().expect("properties");
    let power = properties.iter().find(|property| property["name"] == "powerState");
    &power.expect("a bulb has power")["value"]
}

#[tokio::test]
async fn a_directive_is_answered_by_an_api_that_answers_at_once() {
    let Some(world) = World::start(sync_api()).await else { return };
    world.accept_grant().await;
    let devices = world.invoke("entrypoint", &directive::discover(TOKEN)).await;
    alexa_doubles::schema::synchronous(&devices).expect("as Alexa wants it");
    assert_eq!(devices["event"]["payload"]["endpoints"].as_array().map(Vec::len), Some(2));
    let report = directive("Alexa", "ReportState", "lamp", "c-state");
    let state = world.invoke("entrypoint", &report).await;
    alexa_doubles::schema::synchronous(&state).expect("as Alexa wants it");
    assert_eq!(power(&state), "OFF");

    world.defer(&turn_on("c-1")).await;
    world.feed_all(1, "DeferredQueue", "sync-processor").await;
    world.feed_all(1, "ResponsesQueue", "dispatcher").await;
    let answer = world.answer("c-1");
    assert_eq!(answer["event"]["header"]["name"], "Response");
    assert_eq!(power(&answer), "ON");
    assert_eq!(world.acme.device("ann", "lamp")["on"], true);
    world.assert_nothing_secret_is_logged();
}

#[tokio::test]
async fn push_poll_and_duplicates_make_one_answer() {
    let Some(world) = World::start(async_push()).await else { return };
    world.accept_grant().await;
    world.acme.set_pace(Pace::WhenTold);
    world.defer(&turn_on("c-1")).await;
    let deferred = world.feed_all(1, "DeferredQueue", "requester").await;
    // Delivered again: it is under way.
    world.invoke("requester", &deferred).await;
    assert_eq!(world.acme.open_requests().len(), 1);

    // Acme pushes twice, to the receiver by way of API Gateway.
    let request = world.acme.open_requests().remove(0);
    world.acme.carry_out().await;
    let body = world.acme.push_of("ann", "lamp", Some(&request)).to_string();
    let push = |signature: String| {
        json!({
            "version": "2.0", "routeKey": "POST /push", "rawPath": "/push",
            "headers": { "acme-signature": signature, "content-type": "application/json" },
            "requestContext": { "http": { "method": "POST", "path": "/push" }, "requestId": "r" },
            "body": body, "isBase64Encoded": false,
        })
    };
    let forged = world.invoke("receiver", &push("t=1,v1=00".to_owned())).await;
    assert_eq!(forged["statusCode"], 401);
    for _ in 0..2 {
        let taken = world.invoke("receiver", &push(world.acme.signature(&body))).await;
        assert_eq!(taken["statusCode"], 202, "{:#?}", world.functions["receiver"].log());
    }
    world.feed_all(2, "Changes", "responder").await;
    world.feed_all(1, "ResponsesQueue", "dispatcher").await;
    assert_eq!(power(&world.answer("c-1")), "ON");
    assert_eq!(world.gateway.taken().len(), 1, "{:#?}", world.gateway.taken());
    world.assert_nothing_secret_is_logged();
}

#[tokio::test]
async fn a_clock_asks_after_what_is_pending() {
    let Some(world) = World::start(async_polling()).await else { return };
    world.accept_grant().await;
    world.acme.set_pace(Pace::WhenTold);
    let unlock = directive("Alexa.LockController", "Unlock", "door", "c-door");
    world.defer(&unlock).await;
    world.feed_all(1, "DeferredQueue", "requester").await;
    let tick = json!({ "scheduled_at": "2026-11-24T12:00:00Z" });
    world.invoke("poller", &tick).await;
    world.feed_all(0, "Changes", "responder").await;
    world.acme.carry_out().await;
    // Two ticks before the responder comes to it.
    world.invoke("poller", &tick).await;
    world.invoke("poller", &tick).await;
    world.feed_all(2, "Changes", "responder").await;
    world.feed_all(1, "ResponsesQueue", "dispatcher").await;
    let answer = world.answer("c-door");
    let properties = answer["context"]["properties"].as_array().expect("properties");
    assert!(properties.iter().any(|property| property["value"] == "UNLOCKED"), "{answer}");
    world.invoke("poller", &tick).await;
    world.feed_all(0, "Changes", "responder").await;
    world.assert_nothing_secret_is_logged();
}

#[tokio::test]
async fn one_bad_message_takes_no_other_down() {
    let Some(world) = World::start(sync_api()).await else { return };
    world.accept_grant().await;
    world.defer(&turn_on("c-1")).await;
    world.feed_all(1, "DeferredQueue", "sync-processor").await;
    let url = &world.identities["ResponsesQueue"];
    for junk in ["no JSON", r#"{"event":{},"user":"ann"}"#] {
        let sent = world.sqs.send_message().queue_url(url).message_body(junk).send().await;
        sent.expect("junk is sent");
    }
    let mut failures = 0;
    for _ in 0..3 {
        failures += world.feed("ResponsesQueue", "dispatcher").await.1.len();
    }
    assert_eq!(failures, 2, "{:#?}", world.functions["dispatcher"].log());
    assert_eq!(power(&world.answer("c-1")), "ON");
    let log = world.functions["dispatcher"].log().join("\n");
    assert!(log.contains("this is no `Answer`"), "{log}");
}

#[tokio::test]
async fn who_has_given_no_leave_is_told_at_once() {
    let Some(world) = World::start(sync_api()).await else { return };
    let event = world.invoke("entrypoint", &turn_on("c-1")).await;
    alexa_doubles::schema::synchronous(&event).expect("as Alexa wants it");
    assert_eq!(event["event"]["payload"]["type"], "INSUFFICIENT_PERMISSIONS", "{event}");
    let nonsense = world.invoke("entrypoint", &json!(["what", 7])).await;
    assert_eq!(nonsense["event"]["payload"]["type"], "INVALID_DIRECTIVE", "{nonsense}");
}

#[tokio::test]
async fn every_binary_says_what_it_is_not_bound_to() {
    use alexa_patterns::contract;
    use net_dsl::Contract;
    let functions = [
        ("alexa-entrypoint.zip", contract::Entrypoint::NEEDS),
        ("alexa-sync-processor.zip", contract::SyncProcessor::NEEDS),
        ("alexa-requester.zip", contract::Requester::NEEDS),
        ("alexa-responder.zip", contract::Responder::NEEDS),
        ("alexa-receiver.zip", contract::Receiver::NEEDS),
        ("alexa-poller.zip", contract::Poller::NEEDS),
        ("alexa-dispatcher.zip", contract::Dispatcher::NEEDS),
    ];
    for (package, needs) in functions {
        let nothing: [(&str, &str); 0] = [];
        let function = Function::start(package, binary(package), nothing).await.expect("starts");
        assert_eq!(function.exit_code().await, Some(1), "{package}");
        assert_eq!(function.invoke("{}", TIME).await, Answer::Crashed);
        let log = function.log();
        assert_eq!(log.len(), 1, "{package}: {log:#?}");
        for need in needs {
            let variable = net_dsl::binding::variable(need.verb, need.what);
            assert!(log[0].contains(&format!("`{variable}` is not set")), "{package}: {log:#?}");
        }
    }
}

#[tokio::test]
async fn an_answer_after_its_deadline_is_a_report() {
    let Some(world) = World::start(async_push()).await else { return };
    world.accept_grant().await;
    world.acme.set_pace(Pace::AtOnce);
    world.acme.set_pushes(Pushes::to("http://127.0.0.1:9/nobody"));
    world.defer(&turn_on("c-1")).await;
    world.feed_all(1, "DeferredQueue", "requester").await;
    // What is received again with its deadline long past.
    let (url, answers) = (&world.identities["ResponsesQueue"], "dispatcher");
    let message = world
        .sqs
        .receive_message()
        .queue_url(url)
        .message_attribute_names("All")
        .send()
        .await
        .expect("the answer is received");
    let body = message.messages.unwrap_or_default().remove(0).body;
    let past = SystemTime::now() - Duration::from_secs(60);
    let past = past.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis();
    let event = json!({ "Records": [{
        "messageId": "1", "body": body, "attributes": {}, "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:responses",
        "messageAttributes": {
            "net-deadline": { "stringValue": past.to_string(), "dataType": "String" },
        },
    }]});
    let answer = world.invoke(answers, &event).await;
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert!(world.gateway.answers("c-1").is_empty());
    let taken = world.gateway.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].name(), "ChangeReport");
    let cause = &taken[0].event["event"]["payload"]["change"]["cause"]["type"];
    assert_eq!(cause, "VOICE_INTERACTION");
}

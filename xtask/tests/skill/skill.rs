//! A skill that is deployed, and what is promised of it.

use alexa_doubles::{Pace, directive, schema};
use net_tests::{
    said::{Said, said},
    toolchain::{PROCESSOR, TARGET},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    process::Command,
    time::{Duration, Instant},
};
use xtask::{Stage, TOKEN, USER};

/// How long anything may take that does not wait for a clock.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long anything may take that waits for a clock at the most: it ticks once a minute, and the engine
/// looks at it every 10 seconds.
const TICKS: Duration = Duration::from_secs(90);
/// How long a message that nobody can handle may take: it is hidden for six timeouts of its consumer
/// each time it is tried.
const POISON: Duration = Duration::from_secs(180);

/// A deployed skill.
pub(crate) struct Skill {
    pub(crate) stage: Stage,
    /// The example, its network's name, and that of its stack.
    pub(crate) example: &'static str,
    network: String,
    pub(crate) stack: String,
    pub(crate) outputs: BTreeMap<String, String>,
}

impl Skill {
    /// Deploys an example to a new engine; none where there is no Python.
    pub(crate) async fn deploy(example: &'static str) -> Option<Skill> {
        let name = example.replace('_', "-");
        let stage = Stage::start().await?;
        let start = Instant::now();
        let skill = Skill::of(stage, example, &name);
        let built = skill.synth(&["build"], example).await.code(0);
        // All of its functions are compiled by one run of cargo.
        assert_eq!(built.text().matches(&format!(" for {TARGET}")).count(), 1, "{}", built.text());
        figure(&name, "handlers built", start.elapsed());
        let (skill, said) = skill.deployed().await;
        assert_eq!(said.count("Uploaded "), skill.functions().len(), "{}", said.text());
        Some(skill)
    }

    /// A network of an example's, which is not deployed yet.
    pub(crate) fn of(stage: Stage, example: &'static str, name: &str) -> Skill {
        let (network, stack) = (name.to_owned(), name.to_owned());
        Skill { stage, example, network, stack, outputs: BTreeMap::new() }
    }

    /// Deploys it, with what has to be built for that.
    pub(crate) async fn deployed(mut self) -> (Skill, Said) {
        let start = Instant::now();
        let said = self.synth(&["deploy", "--yes"], self.example).await.code(0);
        let said = said.has(&["Deployed"]);
        figure(&self.stack, "deployed, with its handlers built", start.elapsed());
        self.outputs = self.stage.outputs(&self.stack);
        (self, said)
    }

    /// Runs a command of `synth` on the skill's stack, with an example in place of its own if need be.
    async fn synth(&self, arguments: &[&str], example: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        self.stage.provide(&mut command);
        command.arg("synth").args(arguments).args(["--example", example]);
        command.env("NETWORK", &self.network);
        if arguments != ["build"] {
            command.args(["--stack-name", &self.stack]);
        }
        if arguments[0] != "destroy" {
            command.args(["--architecture", PROCESSOR]);
        }
        let said = tokio::task::spawn_blocking(move || said(&mut command));
        said.await.expect("no panic")
    }

    /// The deployed functions' names, by logical id.
    pub(crate) fn functions(&self) -> BTreeMap<String, String> {
        self.resources("AWS::Lambda::Function")
    }

    /// The stack's resources of a type: logical and physical id.
    pub(crate) fn resources(&self, kind: &str) -> BTreeMap<String, String> {
        let request = json!({ "StackName": self.stack });
        let found = self.stage.engine.ask("cloudformation", "ListStackResources", request);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let resources = found["StackResourceSummaries"].as_array().into_iter().flatten();
        resources
            .filter(|resource| resource["ResourceType"] == kind)
            .map(|found| (text(&found["LogicalResourceId"]), text(&found["PhysicalResourceId"])))
            .collect()
    }

    /// What Alexa hears at once.
    pub(crate) async fn says(&self, directive: &Value) -> Value {
        let answer = self.stage.invoke(&self.outputs["AlexaToEntrypointEndpoint"], directive).await;
        schema::synchronous(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
        answer
    }

    /// The stack and the network are the same.
    pub(crate) async fn is_what_the_network_says(&self) {
        self.synth(&["diff"], self.example).await.code(0);
    }

    /// A grant is exchanged, devices are found, a state is told.
    pub(crate) async fn is_linked_and_answers(&self) {
        // So short that it has to be refreshed.
        self.stage.login.set_lasting(30);
        self.stage.link(&self.outputs["AlexaToEntrypointEndpoint"]).await;
        let exchanged = self.stage.login.exchanges();
        assert_eq!(exchanged.len(), 1, "{exchanged:#?}");
        assert!(exchanged[0].body.contains("grant_type=authorization_code"));

        let devices = self.says(&directive::discover(TOKEN)).await;
        let devices = devices["event"]["payload"]["endpoints"].as_array().expect("devices").clone();
        let names: BTreeSet<&str> =
            devices.iter().filter_map(|device| device["friendlyName"].as_str()).collect();
        assert_eq!(names, BTreeSet::from(["Front door", "Kitchen light"]));
        let report = directive::to_device("Alexa", "ReportState", "lamp", TOKEN, "c-report");
        assert_eq!(power(&self.says(&report).await), "OFF");
    }

    /// "Turn on the kitchen light": deferred, and answered in time.
    pub(crate) async fn turn_on(&self, correlation: &str) {
        assert!(self.turns_on_in_time(correlation).await, "{correlation} was answered late");
    }

    /// The same; false where the answer came too late, so that it is told as a change.
    pub(crate) async fn turns_on_in_time(&self, correlation: &str) -> bool {
        let told = || {
            let events = self.stage.gateway.taken().into_iter().map(|taken| taken.event);
            events.filter(|event| event["event"]["endpoint"]["endpointId"] == "lamp")
        };
        let before = told().count();
        let directive =
            directive::to_device("Alexa.PowerController", "TurnOn", "lamp", TOKEN, correlation);
        let start = Instant::now();
        let deferred = self.says(&directive).await;
        figure(&self.stack, "from directive to DeferredResponse", start.elapsed());
        assert_eq!(deferred["event"]["header"]["name"], "DeferredResponse", "{deferred}");
        let refused = || format!("nothing: {:#?}", self.stage.gateway.refused());
        let event = until(TICKS, || told().nth(before), refused).await;
        assert_eq!(self.stage.acme.device(USER, "lamp")["on"], true);
        assert_eq!(power(&event), "ON");
        if event["event"]["header"]["name"] == "ChangeReport" {
            return false;
        }
        figure(&self.stack, "from directive to final answer", start.elapsed());
        assert_eq!(event["event"]["header"]["name"], "Response", "{event}");
        assert_eq!(event["event"]["header"]["correlationToken"], correlation);
        true
    }

    /// Waits for a tick of the clock: somebody wants the door unlocked, and what comes of it is known by
    /// then only, too late to be an answer.
    pub(crate) async fn ticks(&self, wanted: &str) -> Instant {
        let (acme, correlation) = (&self.stage.acme, format!("late-{wanted}"));
        acme.set_pace(Pace::WhenTold);
        let mut asked = acme.watch();
        let unlock =
            directive::to_device("Alexa.LockController", "Unlock", "door", TOKEN, &correlation);
        self.says(&unlock).await;
        // The first request after the command is the poller's.
        for _ in ["command", "poller"] {
            let after_door = async {
                while asked.recv().await.expect("Acme is there").path
                    != "/accounts/ann/devices/door"
                {}
            };
            tokio::time::timeout(TICKS, after_door).await.expect("the clock ticks");
        }
        let tick = Instant::now();
        acme.carry_out().await;
        tick
    }

    /// What came too late to be an answer is told as a change, and as nothing else.
    pub(crate) async fn tells_the_door_as_a_change(&self) {
        let gateway = &self.stage.gateway;
        let told = || {
            let mut events = gateway.taken().into_iter().map(|taken| taken.event);
            events.find(|event| event["event"]["endpoint"]["endpointId"] == "door")
        };
        let event = until(PATIENCE, told, || format!("nothing: {:#?}", gateway.refused())).await;
        assert_eq!(event["event"]["header"]["name"], "ChangeReport", "{event}");
        assert!(gateway.answers("late-c-1").is_empty());
    }

    /// An API that accepts and acts later may answer at once all the same.
    pub(crate) async fn is_answered_by_the_requester(&self) {
        self.stage.acme.set_pace(Pace::AtOnce);
        self.turn_on("c-at-once").await;
        self.answered_once("c-at-once");
    }

    /// Nothing was answered twice.
    #[track_caller]
    pub(crate) fn answered_once(&self, correlation: &str) {
        let answers = self.stage.gateway.answers(correlation);
        assert_eq!(answers.len(), 1, "{answers:#?}");
        assert_eq!(answers[0].user, USER);
        let refused = self.stage.gateway.refused();
        assert!(refused.is_empty(), "{refused:#?}");
    }

    /// Sends what no consumer can read.
    pub(crate) fn poison(&self) -> Poisoned<'_> {
        let queues = self.resources("AWS::SQS::Queue");
        let url = &queues["DeferredQueue"];
        let body = "not what it is said to be";
        let request = json!({ "QueueUrl": url, "MessageBody": body });
        self.stage.engine.ask("sqs", "SendMessage", request);
        let letters = queues["DeferredDeadLetterQueue"].clone();
        Poisoned { skill: self, body, letters, start: Instant::now() }
    }

    /// A larger memory is one property, and an update.
    pub(crate) async fn grows(&self) {
        let larger = "MemorySize: 256 → 512";
        let said = self.synth(&["diff"], "tuned").await.code(3).has(&[larger]);
        assert_eq!(said.count("~ EntrypointFunction"), 1, "{}", said.text());
        assert_eq!(said.text().matches(" → ").count(), 1, "{}", said.text());
        let start = Instant::now();
        let said = self.synth(&["deploy", "--yes"], "tuned").await.code(0);
        figure(&self.stack, "updated", start.elapsed());
        assert_eq!(
            (said.count("Updated Function"), said.count("Uploaded ")),
            (1, 0),
            "{}",
            said.text()
        );
        let request = json!({ "FunctionName": self.functions()["EntrypointFunction"] });
        let found = self.stage.engine.ask("lambda", "GetFunctionConfiguration", request);
        assert_eq!(found["MemorySize"], 512);
        self.synth(&["diff"], "tuned").await.code(0);
    }

    /// Another brick in the place of one deploys as the difference of the two.
    pub(crate) async fn polls_instead(&mut self) {
        (self.example, self.network) = ("async_polling", "async-polling".to_owned());
        let before = self.functions();
        self.synth(&["diff"], self.example).await.code(3).has(&[
            "+ polling-event-processor: 1 function, 1 log group, 1 queue, 1 schedule",
            "- push-gateway: 1 HTTP API, 1 function, 1 integration",
        ]);
        // It is another network by its name, so it is said that it takes the stack over.
        let said = self.synth(&["deploy", "--yes", "--adopt"], self.example).await.code(0);
        assert_eq!(said.count("Uploaded "), 1, "{}", said.text());
        let (mut kept, after) = (before, self.functions());
        kept.remove("ReceiverFunction");
        let poller = after.get("PollerFunction").cloned().expect("there is a poller");
        kept.insert("PollerFunction".to_owned(), poller);
        assert_eq!(kept, after);
        assert_eq!(self.resources("AWS::ApiGatewayV2::Api"), BTreeMap::new());
        self.synth(&["diff"], self.example).await.code(0);
    }

    /// Nothing is left but the tables that are said to be left.
    pub(crate) async fn leaves_only_tables(self) {
        let mut tables = self.resources("AWS::DynamoDB::Table");
        // What was sent is of no use to a stack that is made anew.
        assert!(tables.remove("SentTable").is_some());
        let said = self.synth(&["destroy", "--yes"], self.example).await.code(0);
        for (id, name) in &tables {
            assert!(said.text().contains(&format!("left: {id} ({name})")), "{}", said.text());
        }
        let left = self.left_in_the_account();
        let expected: BTreeSet<String> = tables.into_values().collect();
        assert_eq!(left, expected, "{}", said.text());
    }

    /// Nothing is left where it is said that the tables are to go, too.
    pub(crate) async fn leaves_nothing(self) -> Stage {
        let arguments = ["destroy", "--yes", "--delete-tables"];
        let said = self.synth(&arguments, self.example).await.code(0);
        assert_eq!(self.left_in_the_account(), BTreeSet::new(), "{}", said.text());
        self.stage
    }

    /// Everything of the kinds that a network is made of, by name.
    fn left_in_the_account(&self) -> BTreeSet<String> {
        let kinds = [
            ("lambda", "ListFunctions", "Functions", "FunctionName"),
            ("lambda", "ListEventSourceMappings", "EventSourceMappings", "UUID"),
            ("sqs", "ListQueues", "QueueUrls", ""),
            ("sns", "ListTopics", "Topics", "TopicArn"),
            ("dynamodb", "ListTables", "TableNames", ""),
            ("iam", "ListRoles", "Roles", "RoleName"),
            ("logs", "DescribeLogGroups", "logGroups", "logGroupName"),
            ("scheduler", "ListSchedules", "Schedules", "Name"),
            ("apigatewayv2", "GetApis", "Items", "Name"),
            ("cloudformation", "DescribeStacks", "Stacks", "StackName"),
        ];
        let all = kinds.iter().flat_map(|(service, operation, list, name)| {
            let found = self.stage.engine.ask(service, operation, json!({}));
            let found = found[*list].as_array().cloned().unwrap_or_default();
            let name = |one: &Value| if name.is_empty() { one.clone() } else { one[*name].clone() };
            found.iter().map(name).collect::<Vec<_>>()
        });
        all.map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// A message that no consumer can read, on its way.
pub(crate) struct Poisoned<'s> {
    skill: &'s Skill,
    body: &'static str,
    /// Where it has to end.
    letters: String,
    start: Instant,
}

impl Poisoned<'_> {
    pub(crate) async fn ends_in_the_dead_letter_queue(self) {
        let engine = &self.skill.stage.engine;
        let received = || {
            let request = json!({ "QueueUrl": self.letters, "WaitTimeSeconds": 5 });
            let found = engine.ask("sqs", "ReceiveMessage", request);
            found["Messages"][0]["Body"].as_str().map(str::to_owned)
        };
        let letter = until(POISON, received, || "no dead letter".to_owned()).await;
        assert_eq!(letter, self.body);
        figure(&self.skill.stack, "from poison to dead letter", self.start.elapsed());
    }
}

/// Waits for something; time is only what it may take at the most.
async fn until<T>(
    patience: Duration,
    mut found: impl FnMut() -> Option<T>,
    instead: impl Fn() -> String,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = tokio::task::block_in_place(&mut found) {
            return found;
        }
        assert!(start.elapsed() < patience, "{}", instead());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Says a figure, past the test harness, which swallows what passing tests say.
fn figure(stack: &str, what: &str, time: Duration) {
    let _ = writeln!(std::io::stderr(), "{stack}: {what}: {:.2} s", time.as_secs_f64());
}

/// Whether a light is said to be on.
fn power(event: &Value) -> Value {
    let states =
        [&event["context"]["properties"], &event["event"]["payload"]["change"]["properties"]];
    let mut properties = states.into_iter().filter_map(Value::as_array).flatten();
    let power = properties.find(|property| property["name"] == "powerState");
    power.unwrap_or_else(|| panic!("no power in {event}"))["value"].clone()
}

//! Deploying to an engine that takes CloudFormation.

use crate::{
    site::Site,
    support::{Project, said},
};
use net_tests::engine::{self, Engine};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
};

impl Site {
    /// Tells the resource that takes its time that it has failed.
    fn shut_gate(&self) {
        let handle = self.ask(async |config| {
            let client = aws_sdk_cloudformation::Client::new(&config);
            let request = client.describe_stack_resource().stack_name("restaurant");
            let found = request.logical_resource_id("HandleResource").send().await;
            let found = found.expect("the handle").stack_resource_detail.expect("its detail");
            found.physical_resource_id.expect("its URL")
        });
        let address = self.engine.endpoint.trim_start_matches("http://");
        let path = handle.splitn(4, '/').nth(3).expect("a URL of the engine");
        let body = r#"{ "Status": "FAILURE", "UniqueId": "1", "Reason": "shut", "Data": "" }"#;
        let mut stream = TcpStream::connect(address).expect("the engine answers");
        let length = body.len();
        let head = format!("PUT /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// Gives a function the code that a template says, beside the stack.
    fn give_code(&self, entity: &str, template: &str) {
        let template: serde_json::Value = serde_json::from_str(template).expect("a template");
        let code = &template["Resources"][format!("{entity}Function")]["Properties"]["Code"];
        let key = code["S3Key"].as_str().expect("a key");
        self.ask(async |config| {
            let client = aws_sdk_lambda::Client::new(&config);
            let found = client.list_functions().send().await.expect("functions");
            let mut names = found.functions().iter().filter_map(|f| f.function_name());
            let name = names.find(|name| name.contains(entity)).expect("the function");
            let request = client.update_function_code().function_name(name);
            let request = request.s3_bucket("synth-000000000000-eu-west-1").s3_key(key);
            request.send().await.expect("an update");
        });
    }

    /// Starts a deployment, and kills it when it says something.
    fn kill_at(&self, text: &str) {
        let mut command = self.command(&["deploy", "--yes"]);
        let mut child =
            command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("synth");
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let said = lines.map_while(Result::ok).any(|line| line.contains(text));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        assert!(said, "it never said `{text}`");
    }
}

#[test]
fn a_stack_is_made_changed_and_unmade() {
    let Some(site) = Site::new() else { return };

    let made = site.deploy().code(0).has(&["+ CookFunction", "Made the bucket", "Deployed"]);
    assert_eq!((made.count("Uploaded "), made.count("Created ")), (2, 13), "{}", made.err);
    assert_eq!(site.stack().expect("a stack").status, "CREATE_COMPLETE");
    assert_eq!(site.invoke("Cook"), "\"cook\"");
    let first = site.functions();

    let same = site.deploy().code(0).has(&["Unchanged"]);
    assert_eq!(same.count("Uploaded "), 0, "{}", same.err);

    // One property.
    site.project.edit("network/src/main.rs", "mebibytes!(256)", "mebibytes!(512)");
    let larger =
        site.deploy().code(0).has(&["~ CookFunction  AWS::Lambda::Function  MemorySize\n"]);
    assert_eq!(larger.count("Uploaded "), 0, "{}", larger.err);
    assert_eq!(site.functions()["Cook"], (first["Cook"].0.clone(), 512));

    // One function's code: one package, one upload, one function.
    site.project.edit("handlers/src/bin/cook.rs", "\"cook\"", "\"chef\"");
    let changed = site.deploy().code(0).has(&["~ CookFunction  AWS::Lambda::Function  Code\n"]);
    assert_eq!(changed.count("Compiled "), 1, "{}", changed.err);
    assert_eq!(changed.count("Uploaded "), 1, "{}", changed.err);
    assert_eq!(changed.count("Updated Function"), 1, "{}", changed.err);
    let second = site.functions();
    assert_eq!(second["Waiter"], first["Waiter"]);
    assert_ne!(second["Cook"], first["Cook"]);
    assert_eq!(site.invoke("Cook"), "\"chef\"");
    assert_eq!(site.objects(), 3);

    let unmade = said(&mut site.command(&["destroy", "--yes"])).code(0);
    let [table] = site.tables().try_into().expect("one table is left");
    assert!(unmade.out.contains(&format!("left: DishesTable ({table})\n")), "{}", unmade.out);
    assert_eq!(site.stack(), None);
    assert!(site.functions().is_empty());
    said(&mut site.command(&["destroy", "--yes"])).code(0).has(&["there is no stack"]);
}

#[test]
fn code_that_is_not_what_the_template_says_is_put_right() {
    let Some(site) = Site::new() else { return };
    site.deploy().code(0);
    let template = site.stack().expect("a stack").template;
    site.project.edit("handlers/src/bin/cook.rs", "\"cook\"", "\"chef\"");
    site.deploy().code(0);
    // Somebody gives the cook the code it had before.
    let stray = || site.give_code("Cook", &template);
    stray();
    assert_eq!(site.invoke("Cook"), "\"cook\"");
    site.deploy().code(0).has(&["Restored the code of cook (CookFunction)", "Unchanged"]);
    assert_eq!(site.invoke("Cook"), "\"chef\"");

    // A change that has nothing to do with it.
    stray();
    site.project.edit("network/src/main.rs", "mebibytes!(256)", "mebibytes!(512)");
    site.deploy().code(0).has(&["Restored the code of cook (CookFunction)", "Deployed"]);
    assert_eq!(site.invoke("Cook"), "\"chef\"");
    assert_eq!(site.deploy().code(0).count("Restored"), 0);
}

#[test]
fn tables_go_when_they_are_told_to() {
    let Some(site) = Site::new() else { return };
    site.deploy().code(0);
    let gone = said(&mut site.command(&["destroy", "--yes", "--delete-tables"])).code(0);
    assert!(!gone.out.contains("DishesTable"), "{}", gone.out);
    assert!(site.tables().is_empty());
}

#[test]
fn killed_anywhere_it_carries_on() {
    let Some(mut site) = Site::new() else { return };
    site.deploy().code(0);
    let undisturbed = site.stack().expect("a stack");
    for moment in ["Packaged", "Made the bucket", "Uploaded", "13 changes", "Created", "Deployed"] {
        // An engine that knows nothing.
        let Some(engine) = Engine::start() else { return };
        site.engine = engine;
        site.kill_at(moment);
        site.deploy().code(0);
        assert_eq!(site.stack().as_ref(), Some(&undisturbed), "killed at `{moment}`");
    }
}

/// What the fixture's network is, and the same with a resource that takes its time, and fails.
fn with_gate() -> (&'static str, String) {
    let gate = "+ Raw::builder()
        .name(name!(\"handle\"))
        .resource_type(resource_type!(\"AWS::CloudFormation::WaitConditionHandle\"))
        .build()
        .network()
        + Raw::builder()
        .name(name!(\"gate\"))
        .resource_type(resource_type!(\"AWS::CloudFormation::WaitCondition\"))
        .properties(serde_json::json!({ \"Handle\": { \"Ref\": \"HandleResource\" }, \"Timeout\": \"600\" }))
        .build()
        .network())";
    let sum = "front() + kitchen())";
    (sum, sum.replace("kitchen())", "kitchen() ") + gate)
}

impl Site {
    /// Kills a deployment while its stack is made.
    fn kill_at_gate(&self) -> (&'static str, String) {
        let (sum, slow) = with_gate();
        self.project.edit(
            "network/Cargo.toml",
            "[dependencies]",
            "[dependencies]\nserde_json = \"1\"",
        );
        self.project.edit("network/src/main.rs", sum, &slow);
        self.kill_at("Created");
        assert_eq!(self.stack().expect("a stack").status, "CREATE_IN_PROGRESS");
        (sum, slow)
    }
}

#[test]
fn killed_while_a_stack_is_made_it_waits_and_makes_it_anew() {
    let Some(site) = Site::new() else { return };
    let (sum, slow) = site.kill_at_gate();

    site.project.edit("network/src/main.rs", &slow, sum);
    let mut command = site.command(&["deploy", "--yes"]);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("synth");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let mut says = |text: &str| lines.by_ref().map_while(Result::ok).any(|l| l.contains(text));
    assert!(says("Waiting for `restaurant`, which is CREATE_IN_PROGRESS"));
    site.shut_gate();
    assert!(says("Clearing `restaurant`, which is ROLLBACK_COMPLETE"));
    assert!(says("Deployed `restaurant`: 13 changes"));
    assert!(child.wait().expect("it ends").success());
    assert_eq!(site.stack().expect("a stack").status, "CREATE_COMPLETE");
}

#[test]
fn what_a_stack_leaves_is_what_it_has_once_nothing_goes_on_with_it() {
    let Some(site) = Site::new() else { return };
    site.kill_at_gate();
    let mut command = site.command(&["destroy", "--yes", "--stack-name", "restaurant"]);
    let child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("synth");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let mut says = |text: &str| lines.by_ref().map_while(Result::ok).any(|l| l.contains(text));
    assert!(says("Waiting for `restaurant`, which is CREATE_IN_PROGRESS"));
    site.shut_gate();
    assert!(says("Destroyed `restaurant`"));
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let out = String::from_utf8_lossy(&output.stdout);
    let tables = site.tables();
    assert_eq!(out.matches("left: DishesTable").count(), tables.len(), "{tables:?}\n{out}");
    assert_eq!(site.stack(), None);
}

#[test]
fn what_aws_refuses_is_shown_where_it_was_declared() {
    let Some(site) = Site::new() else { return };
    let (sum, faulty) = (
        "front() + kitchen())",
        "front() + kitchen() + net_dsl::property::set(
            &orders(), net_dsl::property::sqs::queue::VISIBILITY_TIMEOUT, 99_999)
            + net_dsl::accept(&orders(), \"P106\", \"to see what AWS says\"))",
    );
    site.project.edit("network/src/main.rs", sum, &faulty.replace("P106", "N306"));
    let unasked = site.deploy().code(1).has(&["P106", "takes 0 to 43200"]);
    assert_eq!(unasked.count("Uploaded"), 0, "{}", unasked.err);
    site.project.edit("network/src/main.rs", &faulty.replace("P106", "N306"), sum);
    site.project.edit("network/src/main.rs", sum, faulty);
    site.deploy().code(1).has(&[
        "error[D101]: AWS refuses `OrdersQueue`, AWS::SQS::Queue",
        "network/src/main.rs:",
        "`orders` is declared here",
        "it is made for `orders`, of front and kitchen",
        "`restaurant` was not deployed: it is ROLLBACK_COMPLETE",
        "Deleted Table of dishes (DishesTable)",
        "everything that was made for it is gone again",
    ]);
    // Nothing is in a table that was made a moment ago.
    assert!(site.tables().is_empty());

    site.project.edit("network/src/main.rs", faulty, sum);
    site.deploy().code(0).has(&["Clearing `restaurant`, which is ROLLBACK_COMPLETE"]);
}

#[test]
fn nothing_is_applied_that_nobody_agreed_to() {
    let Some(site) = Site::new() else { return };
    let asked = said(&mut site.command(&["deploy"])).code(1);
    let asked = asked.has(&["nobody is there to be asked", "--yes", "synth diff"]);
    assert_eq!(asked.count("Packaged"), 0, "{}", asked.err);
    assert_eq!(site.stack(), None);

    site.deploy().code(0);
    said(&mut site.command(&["destroy"])).code(1).has(&["nobody is there to be asked"]);
    assert_eq!(site.stack().expect("a stack").status, "CREATE_COMPLETE");
}

#[test]
fn a_stack_keeps_the_bucket_it_was_given() {
    let Some(site) = Site::new() else { return };
    let bucket = || site.parameter("CodeBucket");
    said(site.command(&["deploy", "--yes"]).args(["--bucket", "pantry"])).code(0);
    assert_eq!(bucket().as_deref(), Some("pantry"));
    let same = site.deploy().code(0).has(&["Unchanged"]);
    assert_eq!((same.count("Made the bucket"), same.count("Uploaded ")), (0, 0), "{}", same.err);
    said(site.command(&["deploy", "--yes"]).args(["--bucket", "cellar"])).code(0);
    assert_eq!(bucket().as_deref(), Some("cellar"));
}

/// A terminal on which somebody answers a question.
const TERMINAL: &str = "
import os, pty, signal, sys
signal.alarm(60)
process, terminal = pty.fork()
if process == 0:
    os.execv(sys.argv[2], sys.argv[2:])
said = b''
while b'[y/N]' not in said:
    said += os.read(terminal, 4096)
os.write(terminal, sys.argv[1].encode())
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
";

#[test]
fn nothing_is_done_for_whoever_says_no_or_has_had_enough() {
    let Some(site) = Site::new() else { return };
    let answered = |answer: &str, arguments: &[&str]| {
        let synth = site.command(arguments);
        let mut python = Command::new("python3");
        python.args(["-c", TERMINAL, answer]).arg(synth.get_program()).args(synth.get_args());
        python.current_dir(site.project.path());
        python.envs(synth.get_envs().filter_map(|(name, value)| Some((name, value?))));
        said(&mut python)
    };
    let (no, enough) = ("n\n", "\u{3}");
    // Not within the time that the terminal has.
    said(&mut site.project.synth(&["build"])).code(0);
    answered(no, &["deploy"]).code(3);
    assert_eq!(site.stack(), None);
    answered(enough, &["deploy"]).code(130);
    site.deploy().code(0);
    for (answer, code) in [(no, 3), (enough, 130)] {
        answered(answer, &["destroy"]).code(code);
        assert_eq!(site.stack().expect("a stack").status, "CREATE_COMPLETE");
    }
}

#[test]
fn a_stack_is_deleted_whatever_became_of_its_network() {
    let Some(site) = Site::new() else { return };
    site.deploy().code(0);
    let main = "network/src/main.rs";
    site.project.edit(main, "binary!(\"cook\")", "binary!(7)");
    said(&mut site.command(&["destroy", "--yes"])).code(1).has(&["--stack-name NAME"]);
    assert!(site.stack().is_some());

    site.project.edit(main, "binary!(7)", "binary!(\"cook\")");
    site.project.edit(main, " + waiter.sends_to(&orders())", "");
    site.deploy().code(1).has(&["N201"]);
    said(&mut site.command(&["destroy", "--yes"])).code(0).has(&["Destroyed `restaurant`"]);
    assert_eq!(site.stack(), None);
}

#[test]
fn what_is_lost_needs_a_flag() {
    let Some(site) = Site::new() else { return };
    site.deploy().code(0);
    let before = site.stack();
    site.project.edit("network/src/main.rs", "name!(\"orders\")", "name!(\"tickets\")");
    site.deploy().code(1).has(&[
        "- OrdersQueue  AWS::SQS::Queue  what it holds is lost",
        "what is in OrdersDeadLetterQueue, OrdersQueue would be lost",
        "--allow-data-loss",
    ]);
    assert_eq!(site.stack(), before);
    said(&mut site.command(&["deploy", "--yes", "--allow-data-loss"])).code(0);
    assert!(site.stack().expect("a stack").resources.contains_key("TicketsQueue"));
}

#[test]
fn parameters_are_given_once_and_never_shown() {
    let Some(site) = Site::new() else { return };
    let deploy = |arguments: &[&str]| {
        let mut command = site.command(&["deploy", "--yes"]);
        said(command.args(arguments).env_remove("SYNTH_PARAMETER_BankBaseUrl"))
    };
    let bank = || site.parameter("BankBaseUrl");
    let nothing = deploy(&[]).code(1).has(&[
        "a parameter is missing",
        "BankBaseUrl: The base URL of bank",
        "--parameter BankBaseUrl=…",
    ]);
    let other = deploy(&["--parameter", "BankUrl=https://swordfish.example"]).code(1);
    let other = other.has(&["no parameter `BankUrl`", "it has BankBaseUrl"]);
    let no_url = deploy(&["--parameter", "BankBaseUrl=swordfish"]).code(1);
    let no_url = no_url.has(&["the value of `BankBaseUrl`", "a URL of HTTPS without a query"]);
    for early in [nothing, other, no_url] {
        assert!(!early.text().contains("swordfish"), "{}", early.err);
        assert_eq!(
            early.count("Compiling 2 binaries") + early.count("Packaged"),
            0,
            "{}",
            early.err
        );
    }
    assert_eq!(site.stack(), None);

    let file = site.project.path().join("target/parameters.json");
    std::fs::write(&file, r#"{ "BankBaseUrl": "https://swordfish.example" }"#).expect("a file");
    let misspelt = site.project.path().join("target/misspelt.json");
    std::fs::write(&misspelt, r#"{ "BankBaseURL": "https://swordfish.example" }"#).expect("a file");
    let flags = ["--parameter", "BankBaseUrl=https://swordfish.example", "--parameters"];
    let unknown = deploy(&[&flags[..], &[&misspelt.display().to_string()]].concat()).code(1);
    let unknown = unknown.has(&["no parameter `BankBaseURL`", "it has BankBaseUrl"]);
    let from_file = deploy(&["--parameters", &file.display().to_string()]).code(0);
    assert_eq!(bank().as_deref(), Some("https://swordfish.example"));
    let kept = deploy(&[]).code(0).has(&["Unchanged"]);
    assert_eq!(bank().as_deref(), Some("https://swordfish.example"));
    let flag = "BankBaseUrl=https://halibut.example";
    let from_flag = deploy(&["--parameters", &file.display().to_string(), "--parameter", flag]);
    assert_eq!(bank().as_deref(), Some("https://halibut.example"));

    for said in [unknown, from_file, kept, from_flag.code(0)] {
        let text = format!("{}{}", said.out, said.err);
        assert!(!text.contains("swordfish") && !text.contains("halibut"), "{text}");
    }
}

#[test]
fn who_cannot_be_reached_is_said() {
    let project = Project::new();
    let mut command = project.synth(&["deploy", "--yes"]);
    engine::credentials(&mut command, "http://127.0.0.1:9");
    said(&mut command).code(1).has(&["http://127.0.0.1:9 cannot be reached", "--endpoint-url"]);
    let mut command = project.synth(&["destroy", "--yes", "--endpoint-url", "127.0.0.1:9"]);
    engine::credentials(&mut command, "http://127.0.0.1:9");
    said(&mut command).code(1).has(&["is no URL", "--endpoint-url http://127.0.0.1:9"]);
    let mut command = project.synth(&["deploy", "--yes"]);
    command.env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION").env("HOME", project.path());
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    said(&mut command).code(1).has(&["no AWS region is set", "--region"]);
}

#[test]
fn a_profile_that_is_named_is_used_whatever_the_environment_has() {
    let Some(site) = Site::new() else { return };
    let file = site.project.path().join("target/credentials");
    let keys = "aws_access_key_id = 222222222222\naws_secret_access_key = test\n";
    std::fs::write(&file, format!("[other]\n{keys}")).expect("a file");
    let ask = |profile: &str| {
        let mut command = site.command(&["destroy", "--yes", "--stack-name", "no-such-stack"]);
        command.env("AWS_SHARED_CREDENTIALS_FILE", &file);
        said(command.args(["--profile", profile]))
    };
    ask("other").code(0).has(&["no stack `no-such-stack` in eu-west-1, account 222222222222"]);
    ask("nobody").code(1).has(&["AWS does not say who is asking", "nobody"]);
}

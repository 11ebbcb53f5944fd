//! An engine, doubles, and `synth`.

use alexa_doubles::{Acme, Device, Gateway, Hub, Login, directive};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_lambda::{config::Credentials, primitives::Blob};
use net_tests::{
    engine::{self, Engine},
    python::root,
    toolchain,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    process::{Command, Stdio},
};

/// Who speaks to Alexa.
pub const USER: &str = "ann";
/// What Alexa says for the user: the token that Acme gave when the account was linked.
pub const TOKEN: &str = "token-of-ann";

/// Everything that a skill's back end needs, before there is one.
#[derive(Debug)]
pub struct Stage {
    /// Where it is deployed to.
    pub engine: Engine,
    /// The manufacturer, with the devices `lamp`, "Kitchen light", and `door`, "Front door".
    pub acme: Acme,
    /// Login with Amazon.
    pub login: Login,
    /// Alexa's event gateway.
    pub gateway: Gateway,
    /// The hub in the user's home.
    pub hub: Hub,
    lambda: aws_sdk_lambda::Client,
    parameters: BTreeMap<&'static str, String>,
    path: OsString,
}

impl Stage {
    /// Starts all of it; none, and a line on standard error, where there is no Python.
    ///
    /// # Panics
    /// If something cannot be started; in continuous integration also if there is no Python.
    pub async fn start() -> Option<Stage> {
        let path = toolchain::path()?;
        let engine = Engine::start()?;
        let acme = Acme::start().await;
        let lamp = ("lamp", Device::bulb().named("Kitchen light"));
        acme.add(USER, TOKEN, [lamp, ("door", Device::lock().named("Front door"))]);
        let login = Login::start().await;
        let gateway = Gateway::start(&login).await;
        let hub = Hub::start().await;
        hub.install(USER);
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(&engine.endpoint)
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(Region::new("eu-west-1"))
            .load()
            .await;
        let secret = |name: &str, value: String| {
            let request = json!({ "Name": name, "SecretString": value });
            let made = engine.ask("secretsmanager", "CreateSecret", request);
            made["ARN"].as_str().expect("a secret has an ARN").to_owned()
        };
        let parameters = BTreeMap::from([
            ("AlexaSkillId", "amzn1.ask.skill.12345678-abcd-1234-abcd-123456789012".to_owned()),
            ("AlexaGatewayBaseUrl", gateway.url().to_owned()),
            ("DeviceCloudBaseUrl", acme.url().to_owned()),
            ("DeviceCloudCredentialsArn", secret("acme", acme.secret())),
            ("GrantHubBaseUrl", hub.url().to_owned()),
            ("GrantHubCredentialsArn", secret("hub", hub.secret())),
            ("LoginWithAmazonBaseUrl", login.url().to_owned()),
            ("LoginWithAmazonCredentialsArn", secret("login", login.secret())),
        ]);
        let lambda = aws_sdk_lambda::Client::new(&config);
        Some(Stage { engine, acme, login, gateway, hub, lambda, parameters, path })
    }

    /// Has a program that calls `synth` do so at the root of this workspace, with the engine in AWS's
    /// place, the stage's parameters, and a build that is fast rather than small.
    pub fn provide(&self, command: &mut Command) {
        command.current_dir(root()).stdin(Stdio::null());
        command.env("PATH", &self.path);
        engine::credentials(command, &self.engine.endpoint);
        for (name, value) in &self.parameters {
            command.env(format!("SYNTH_PARAMETER_{name}"), value);
        }
        for (setting, value) in [("OPT_LEVEL", "0"), ("LTO", "off"), ("CODEGEN_UNITS", "16")] {
            command.env(format!("CARGO_PROFILE_LAMBDA_{setting}"), value);
        }
    }

    /// What a stack tells: the values of its outputs.
    ///
    /// # Panics
    /// If there is no such stack.
    pub fn outputs(&self, stack: &str) -> BTreeMap<String, String> {
        let request = json!({ "StackName": stack });
        let found = self.engine.ask("cloudformation", "DescribeStacks", request);
        let outputs = found["Stacks"][0]["Outputs"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let outputs = outputs.iter().filter_map(|output| {
            Some((text(&output["OutputKey"])?, text(&output["OutputValue"])?))
        });
        outputs.collect()
    }

    /// What a function answers.
    ///
    /// # Panics
    /// If it fails, or answers no JSON.
    pub async fn invoke(&self, function: &str, event: &Value) -> Value {
        let event = Blob::new(event.to_string());
        let answer = self.lambda.invoke().function_name(function).payload(event).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{function}: {error:?}"));
        let payload = answer.payload.unwrap_or_else(|| Blob::new("null")).into_inner();
        let text = String::from_utf8_lossy(&payload);
        assert_eq!(answer.function_error, None, "{function}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{function}: {error}: {text}"))
    }

    /// A user links the skill that answers at an endpoint.
    ///
    /// # Panics
    /// If the skill does not take the grant.
    pub async fn link(&self, endpoint: &str) {
        let grant = directive::accept_grant(&self.login.code(USER), TOKEN);
        let answer = self.invoke(endpoint, &grant).await;
        assert_eq!(answer["event"]["header"]["name"], "AcceptGrant.Response", "{answer}");
    }

    /// Where the engine has what stands at an address of an HTTP API's: it knows its APIs by names that
    /// no machine resolves.
    pub fn reached(&self, api: &str, path: &str) -> String {
        let id = api.trim_start_matches("https://").split('.').next().unwrap_or_default();
        format!("{}/_aws/execute-api/{id}/$default{path}", self.engine.endpoint)
    }
}

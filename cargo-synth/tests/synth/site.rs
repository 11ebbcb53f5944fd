//! A project, and an engine that takes CloudFormation to deploy it to.

use crate::support::{Project, Said, said};
use aws_config::BehaviorVersion;
use net_tests::engine::{self, Engine};
use std::{collections::BTreeMap, process::Command};

/// A project and an engine to deploy it to.
pub(crate) struct Site {
    pub(crate) project: Project,
    pub(crate) engine: Engine,
}

/// A stack as it is, for comparing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stack {
    pub(crate) status: String,
    /// Logical ids, and what each resource is.
    pub(crate) resources: BTreeMap<String, String>,
    pub(crate) template: String,
}

impl Site {
    pub(crate) fn new() -> Option<Site> {
        Some(Site { engine: Engine::start()?, project: Project::new() })
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.through(&self.engine.endpoint, arguments)
    }

    /// [`Site::command`], with something else in the engine's place.
    pub(crate) fn through(&self, endpoint: &str, arguments: &[&str]) -> Command {
        let mut command = self.project.synth(arguments);
        engine::credentials(&mut command, endpoint);
        command.env("SYNTH_PARAMETER_BankBaseUrl", "https://bank.example");
        command
    }

    pub(crate) fn deploy(&self) -> Said {
        said(&mut self.command(&["deploy", "--yes"]))
    }

    #[track_caller]
    pub(crate) fn ask<T>(&self, what: impl AsyncFnOnce(aws_config::SdkConfig) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let credentials =
                aws_sdk_s3::config::Credentials::new("test", "test", None, None, "test");
            let config = aws_config::defaults(BehaviorVersion::latest())
                .endpoint_url(&self.engine.endpoint)
                .region(aws_config::Region::new("eu-west-1"))
                .credentials_provider(credentials)
                .load()
                .await;
            what(config).await
        })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.ask(async |config| {
            let client = aws_sdk_cloudformation::Client::new(&config);
            let found = client.describe_stacks().stack_name("restaurant").send().await.ok()?;
            let mut parameters = found.stacks()[0].parameters().iter();
            let found = parameters.find(|parameter| parameter.parameter_key() == Some(name))?;
            found.parameter_value.clone()
        })
    }

    pub(crate) fn stack(&self) -> Option<Stack> {
        self.ask(async |config| {
            let client = aws_sdk_cloudformation::Client::new(&config);
            let found = client.describe_stacks().stack_name("restaurant").send().await.ok()?;
            let status = found.stacks()[0].stack_status()?.as_str().to_owned();
            let resources =
                client.list_stack_resources().stack_name("restaurant").send().await.ok()?;
            let resources = resources.stack_resource_summaries().iter().filter_map(|resource| {
                let kind = resource.resource_type()?.to_owned();
                Some((resource.logical_resource_id()?.to_owned(), kind))
            });
            let resources = resources.collect();
            let template = client.get_template().stack_name("restaurant").send().await.ok()?;
            Some(Stack { status, resources, template: template.template_body?.clone() })
        })
    }

    /// Makes a stack of a template that is not ours.
    #[track_caller]
    pub(crate) fn make(&self, stack: &str, template: &str) {
        self.ask(async |config| {
            let client = aws_sdk_cloudformation::Client::new(&config);
            let made = client.create_stack().stack_name(stack).template_body(template);
            made.send().await.expect("a stack");
        });
    }

    /// Functions by entity: what their code is, and how much memory they have.
    pub(crate) fn functions(&self) -> BTreeMap<String, (String, i32)> {
        self.ask(async |config| {
            let client = aws_sdk_lambda::Client::new(&config);
            let found = client.list_functions().send().await.expect("functions");
            let function = |function: &aws_sdk_lambda::types::FunctionConfiguration| {
                let name = function.function_name()?;
                let entity = ["Cook", "Waiter"].into_iter().find(|entity| name.contains(entity))?;
                let code = function.code_sha256()?.to_owned();
                Some((entity.to_owned(), (code, function.memory_size()?)))
            };
            found.functions().iter().filter_map(function).collect()
        })
    }

    /// How often something happened to the stack or to a resource of it.
    pub(crate) fn events(&self) -> usize {
        self.ask(async |config| {
            let client = aws_sdk_cloudformation::Client::new(&config);
            let request = client.describe_stack_events().stack_name("restaurant");
            let pages = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>();
            pages.await.expect("events").len()
        })
    }

    pub(crate) fn invoke(&self, entity: &str) -> String {
        self.ask(async |config| {
            let client = aws_sdk_lambda::Client::new(&config);
            let found = client.list_functions().send().await.expect("functions");
            let mut names =
                found.functions().iter().filter_map(|function| function.function_name());
            let name = names.find(|name| name.contains(entity)).expect("the function");
            let payload = aws_sdk_s3::primitives::Blob::new("{}");
            let answer = client.invoke().function_name(name).payload(payload).send().await;
            let answer = answer.expect("an answer").payload.expect("a payload");
            String::from_utf8(answer.into_inner()).expect("UTF-8")
        })
    }

    pub(crate) fn objects(&self) -> usize {
        self.ask(async |config| {
            let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
            let client = aws_sdk_s3::Client::from_conf(config);
            let bucket = "synth-000000000000-eu-west-1";
            let found = client.list_objects_v2().bucket(bucket).send().await.expect("objects");
            found.contents().len()
        })
    }

    pub(crate) fn tables(&self) -> Vec<String> {
        self.ask(async |config| {
            let client = aws_sdk_dynamodb::Client::new(&config);
            client.list_tables().send().await.expect("tables").table_names.unwrap_or_default()
        })
    }
}

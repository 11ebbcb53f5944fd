//! What is asked of AWS: the one place that knows its SDK.

mod events;
mod functions;
mod objects;

pub(crate) use events::{Event, Events, is_over};
pub(crate) use functions::code_sha256;
pub(crate) use objects::{Transport, Uploaded};

use crate::{
    build,
    error::{Error, Result},
    folder::Template,
};
use aws_config::{BehaviorVersion, Region, SdkConfig, profile::ProfileFileCredentialsProvider};
use aws_sdk_cloudformation::{
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    types::{
        Capability, Change, ChangeSetStatus, ChangeSetType, Parameter, ResourceStatus, Stack,
        StackStatus, TemplateStage,
    },
};
use aws_smithy_types::timeout::TimeoutConfig;
use std::{
    collections::BTreeMap,
    error,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    time::{Duration, Instant},
};

/// Where and as whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) profile: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
}

/// AWS, or what answers like it.
pub(crate) struct Cloud {
    cloudformation: aws_sdk_cloudformation::Client,
    s3: aws_sdk_s3::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    lambda: aws_sdk_lambda::Client,
    pub(crate) account: String,
    pub(crate) region: String,
    /// As in `arn:aws:…`.
    partition: String,
    endpoint: Option<String>,
}

/// The name of every change set: a new one takes the place of what an interrupted run left.
pub(crate) const CHANGE_SET: &str = "synth";

/// How long a connection may take, and how long a server may say nothing after it was asked. Uploads
/// have the time that their size takes besides.
const CONNECT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(20);
/// The same for the first question, which is answered at once by whatever answers at all.
const FIRST_SILENCE: Duration = Duration::from_secs(5);

/// How long something that AWS works on is waited for, where no event tells its end: a change set that is
/// worked out, a function's update, a table's.
const WORKED_OUT: Duration = Duration::from_secs(600);

/// A change set that waits to be applied.
pub(crate) struct ChangeSet {
    id: String,
    /// The stack's id.
    pub(crate) stack: String,
    pub(crate) changes: Vec<Change>,
    /// What our own requests are known by.
    token: String,
}

/// A resource that a stack has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) logical: String,
    pub(crate) physical: String,
    pub(crate) kind: String,
    /// Whether CloudFormation has let go of it, and left it.
    pub(crate) is_left: bool,
}

/// What a stack is to be.
pub(crate) struct Wanted<'a> {
    pub(crate) stack: &'a str,
    /// The id of the stack that is changed; none if it is made.
    pub(crate) id: Option<&'a str>,
    pub(crate) template: &'a Template,
    pub(crate) bucket: &'a str,
    pub(crate) parameters: BTreeMap<String, Value>,
    pub(crate) capability: Option<&'static str>,
}

/// A parameter's value, which nothing prints.
pub(crate) enum Value {
    Given(String),
    Previous,
}

impl Cloud {
    /// Finds credentials and region as every AWS tool does.
    pub(crate) async fn connect(account: &Account) -> Result<Cloud> {
        let timeouts =
            TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(SILENCE).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
        if let Some(profile) = &account.profile {
            // Who names a profile means it, whatever credentials the environment has.
            let named = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
            loader = loader.profile_name(profile).credentials_provider(named);
        }
        if let Some(region) = &account.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &account.endpoint {
            if !["http://", "https://"].iter().any(|scheme| endpoint.starts_with(scheme)) {
                return Err(Error::new(format!("`--endpoint-url {endpoint}` is no URL"))
                    .help(format!("--endpoint-url http://{endpoint}")));
            }
            loader = loader.endpoint_url(endpoint);
        }
        let config: SdkConfig = loader.load().await;
        let region = config.region().map(ToString::to_string).ok_or_else(|| {
            Error::new("no AWS region is set")
                .help("--region eu-west-1, or AWS_REGION=eu-west-1, or `region` in ~/.aws/config")
        })?;
        // Asked twice and not thrice: whoever says nothing is told of soon.
        let patience =
            TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(FIRST_SILENCE).build();
        let sts = aws_sdk_sts::config::Builder::from(&config)
            .timeout_config(patience)
            .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(2))
            .build();
        let identity = aws_sdk_sts::Client::from_conf(sts).get_caller_identity().send().await;
        let identity = identity.map_err(|error| {
            if let SdkError::DispatchFailure(failure) = &error
                && (failure.is_io() || failure.is_timeout())
            {
                if let Some(endpoint) = config.endpoint_url() {
                    let what = match is_silent(&error) {
                        true => format!("{endpoint} says nothing"),
                        false => format!("{endpoint} cannot be reached"),
                    };
                    return refused(&what, &error)
                        .help("start it; it is what `--endpoint-url` or AWS_ENDPOINT_URL names");
                }
                return refused(&format!("AWS in {region} cannot be reached"), &error).help(
                    "is the region spelled right, is the network there, does a proxy stop it?",
                );
            }
            refused("AWS does not say who is asking", &error)
                .help("sign in: `aws sso login` or `aws configure`; or choose `--profile NAME`")
                .help("see who you are: `aws sts get-caller-identity`")
        })?;
        let endpoint = config.endpoint_url().map(|url| url.trim_end_matches('/').to_owned());
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            // What is not AWS seldom answers to a bucket's own host name.
            .force_path_style(endpoint.is_some())
            .build();
        Ok(Cloud {
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            account: identity.account().unwrap_or_default().to_owned(),
            partition: partition(identity.arn().unwrap_or_default()).to_owned(),
            region,
            endpoint,
        })
    }

    /// The bucket for packages where none is given.
    pub(crate) fn default_bucket(&self) -> String {
        format!("synth-{}-{}", self.account, self.region)
    }

    /// The stack of a name or id, if there is one.
    pub(crate) async fn stack(&self, name: &str) -> Result<Option<Stack>> {
        match self.cloudformation.describe_stacks().stack_name(name).send().await {
            // By its id, one that was deleted is found too.
            Ok(found) => Ok(found
                .stacks
                .unwrap_or_default()
                .into_iter()
                .find(|stack| stack.stack_status != Some(StackStatus::DeleteComplete))),
            Err(error) if says(&error, "does not exist") => Ok(None),
            Err(error) => Err(refused(&format!("the stack `{name}` cannot be looked at"), &error)),
        }
    }

    /// The template that a stack was made of; none where it cannot be read as one.
    ///
    /// What macros make of it counts where it has some: that is what the stack has.
    pub(crate) async fn template(&self, stack: &str) -> Result<Option<Template>> {
        let read = async |stage: TemplateStage| {
            let found = self.cloudformation.get_template().stack_name(stack);
            let found = found.template_stage(stage).send().await.map_err(|error| {
                refused(&format!("the template of `{stack}` cannot be read"), &error)
            })?;
            Ok(Template::parse(found.template_body.unwrap_or_default()))
        };
        let original = read(TemplateStage::Original).await?;
        if original.as_ref().is_some_and(Template::is_transformed) {
            return Ok(read(TemplateStage::Processed).await?.or(original));
        }
        Ok(original)
    }

    /// The change sets of a stack, by name, and the template of each; none where it cannot be read.
    pub(crate) async fn change_sets(&self, stack: &str) -> Result<Vec<(String, Option<Template>)>> {
        let pages = self.cloudformation.list_change_sets().stack_name(stack);
        let mut pages = pages.into_paginator().items().send();
        let mut sets = Vec::new();
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(|error| {
                refused(&format!("the change sets of `{stack}` cannot be listed"), &error)
            })?;
            let name = summary.change_set_name.unwrap_or_default();
            let id = summary.change_set_id.as_deref().unwrap_or(&name);
            let found = self.cloudformation.get_template().stack_name(stack);
            let found = found.change_set_name(id).template_stage(TemplateStage::Original);
            let template = match found.send().await {
                Ok(found) => Template::parse(found.template_body.unwrap_or_default()),
                // Gone by now, or not there yet.
                Err(SdkError::ServiceError(_)) => None,
                Err(error) => {
                    let what = format!("a change set of `{stack}` cannot be read");
                    return Err(refused(&what, &error));
                }
            };
            sets.push((name, template));
        }
        Ok(sets)
    }

    /// The resources that a stack has.
    pub(crate) async fn resources(&self, stack: &str) -> Result<Vec<Resource>> {
        let mut pages =
            self.cloudformation.list_stack_resources().stack_name(stack).into_paginator().send();
        let mut resources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                refused(&format!("the resources of `{stack}` cannot be listed"), &error)
            })?;
            for resource in page.stack_resource_summaries.unwrap_or_default() {
                // AWS lists for a while what a rollback has deleted.
                if resource.resource_status == Some(ResourceStatus::DeleteComplete) {
                    continue;
                }
                let is_left = resource.resource_status == Some(ResourceStatus::DeleteSkipped);
                if let (Some(logical), Some(physical)) =
                    (resource.logical_resource_id, resource.physical_resource_id)
                {
                    let kind = resource.resource_type.unwrap_or_default();
                    resources.push(Resource { logical, physical, kind, is_left });
                }
            }
        }
        Ok(resources)
    }

    /// The id of the stack of a name that was deleted last: AWS knows of it for 90 days (API
    /// reference, `ListStacks`).
    pub(crate) async fn deleted(&self, name: &str) -> Result<Option<String>> {
        let pages = self.cloudformation.list_stacks();
        let pages = pages.stack_status_filter(StackStatus::DeleteComplete).into_paginator();
        let mut pages = pages.items().send();
        let mut last = None;
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(|error| {
                refused("the stacks that were deleted cannot be listed", &error)
            })?;
            if summary.stack_name.as_deref() == Some(name) {
                let when = summary.deletion_time.map(|time| (time.secs(), time.subsec_nanos()));
                last = last.max(Some((when, summary.stack_id)));
            }
        }
        Ok(last.and_then(|(_, id)| id))
    }

    /// What would change; none if nothing would.
    pub(crate) async fn create_change_set(&self, wanted: Wanted<'_>) -> Result<Option<ChangeSet>> {
        let stack = wanted.stack;
        let place = wanted.id.unwrap_or(stack);
        self.forget_change_set(place).await?;
        let parameters = wanted.parameters.into_iter().map(|(name, value)| {
            let parameter = Parameter::builder().parameter_key(name);
            match value {
                Value::Given(value) => parameter.parameter_value(value),
                Value::Previous => parameter.use_previous_value(true),
            }
            .build()
        });
        let token = token();
        let mut request = self
            .cloudformation
            .create_change_set()
            .stack_name(place)
            .change_set_name(CHANGE_SET)
            .client_token(&token)
            .description(&token)
            .change_set_type(match wanted.id {
                Some(_) => ChangeSetType::Update,
                None => ChangeSetType::Create,
            })
            .set_parameters(Some(parameters.collect()))
            .set_capabilities(wanted.capability.map(|name| vec![Capability::from(name)]));
        let template = &wanted.template.text;
        request = if !wanted.template.is_large() {
            request.template_body(template)
        } else {
            let hash = build::hash(template.as_bytes());
            let key = format!("{stack}-{hash}.json");
            self.upload(wanted.bucket, &key, template.as_bytes().to_vec()).await?;
            request.template_url(self.object_url(wanted.bucket, &key))
        };
        let id = match request.send().await {
            Ok(made) => made.id,
            // Ours, if the answer was lost and the request was sent once more.
            Err(error) if is_there(&error) => match self.change_set_of(place, &token).await? {
                Some(id) => Some(id),
                None => return Err(conflict(stack, &error)),
            },
            // Somebody changes the stack by now, or has deleted it.
            Err(error) if says(&error, "_IN_PROGRESS") || is_gone(&error) => {
                return Err(conflict(stack, &error));
            }
            Err(error) => {
                let what = format!("the changes of `{stack}` could not be worked out");
                return Err(refused(&what, &error));
            }
        };
        // By its id, for somebody else's may have the same name by now.
        let planned = self.planned(stack, place, id.as_deref().unwrap_or(CHANGE_SET), token).await;
        if planned.is_err() && wanted.id.is_none() {
            self.forget_empty(place).await?;
        }
        planned
    }

    /// The id of our change set, if the one that is there was made with a token.
    async fn change_set_of(&self, stack: &str, token: &str) -> Result<Option<String>> {
        let found = self.cloudformation.describe_change_set();
        let found = found.stack_name(stack).change_set_name(CHANGE_SET).send().await;
        match found {
            Ok(found) if found.description.as_deref() == Some(token) => Ok(found.change_set_id),
            Ok(_) => Ok(None),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(refused(&format!("the changes of `{stack}` cannot be read"), &error)),
        }
    }

    /// Waits until CloudFormation has worked out what would change.
    async fn planned(
        &self,
        stack: &str,
        place: &str,
        change_set: &str,
        token: String,
    ) -> Result<Option<ChangeSet>> {
        let (start, mut pause) = (Instant::now(), Pause::new());
        loop {
            let (mut changes, mut next) = (Vec::new(), None);
            let described = loop {
                let described = self
                    .cloudformation
                    .describe_change_set()
                    .stack_name(place)
                    .change_set_name(change_set)
                    .set_next_token(next)
                    .send()
                    .await;
                let mut described = described.map_err(|error| match is_gone(&error) {
                    true => conflict(stack, &error),
                    false => refused(&format!("the changes of `{stack}` cannot be read"), &error),
                })?;
                changes.extend(described.changes.take().unwrap_or_default());
                next = described.next_token.take();
                if next.is_none() {
                    break described;
                }
            };
            match described.status {
                Some(ChangeSetStatus::CreateComplete) => {
                    let stack = described.stack_id.unwrap_or_else(|| place.to_owned());
                    let id = described.change_set_id.unwrap_or_else(|| change_set.to_owned());
                    return Ok(Some(ChangeSet { id, stack, changes, token }));
                }
                Some(ChangeSetStatus::Failed) => {
                    let reason = described.status_reason.unwrap_or_default();
                    self.forget(place, change_set).await?;
                    let nothing = ["didn't contain changes", "No updates are to be performed"];
                    if nothing.iter().any(|text| reason.contains(text)) {
                        return Ok(None);
                    }
                    return Err(Error::new(format!(
                        "CloudFormation refuses the template of `{stack}`"
                    ))
                    .why(reason)
                    .help("change the network; nothing of the stack was changed"));
                }
                _ if start.elapsed() < WORKED_OUT => pause.wait().await,
                _ => {
                    let minutes = WORKED_OUT.as_secs() / 60;
                    return Err(Error::new(format!("the changes of `{stack}` do not come"))
                        .why(format!("CloudFormation has worked on them for {minutes} minutes"))
                        .help("run it again; what is worked out by then is made anew"));
                }
            }
        }
    }

    /// Removes our change set, which is not to be applied.
    pub(crate) async fn discard(&self, change_set: &ChangeSet) -> Result<()> {
        self.forget(&change_set.stack, &change_set.id).await
    }

    /// Removes the change set that an earlier run did not apply, if there is one.
    pub(crate) async fn forget_change_set(&self, stack: &str) -> Result<()> {
        self.forget(stack, CHANGE_SET).await
    }

    /// Removes a change set, if it is there. While CloudFormation still works out what is in it, that
    /// is waited for, as it cannot be removed.
    async fn forget(&self, stack: &str, change_set: &str) -> Result<()> {
        let (start, mut pause) = (Instant::now(), Pause::new());
        loop {
            let request = self.cloudformation.delete_change_set();
            match request.stack_name(stack).change_set_name(change_set).send().await {
                Ok(_) => return Ok(()),
                Err(error) if is_gone(&error) => return Ok(()),
                Err(error)
                    if error.code() == Some("InvalidChangeSetStatus")
                        && start.elapsed() < WORKED_OUT =>
                {
                    pause.wait().await;
                }
                Err(error) => {
                    let what = format!("an old change set of `{stack}` cannot be removed");
                    return Err(refused(&what, &error));
                }
            }
        }
    }

    /// Deletes a stack that was made to show what it would have, and has nothing.
    pub(crate) async fn forget_empty(&self, stack: &str) -> Result<()> {
        let Some(found) = self.stack(stack).await? else { return Ok(()) };
        let (name, id) = (found.stack_name.as_deref(), found.stack_id.as_deref());
        if found.stack_status == Some(StackStatus::ReviewInProgress)
            && self.change_sets(name.unwrap_or(stack)).await?.is_empty()
        {
            self.delete(id.unwrap_or(stack)).await?;
        }
        Ok(())
    }

    /// Starts to apply a change set.
    pub(crate) async fn execute(&self, stack: &str, change_set: &ChangeSet) -> Result<()> {
        let request = self.cloudformation.execute_change_set();
        let request = request
            .stack_name(&change_set.stack)
            .change_set_name(&change_set.id)
            .client_request_token(&change_set.token)
            // Taken back, it takes tables with it that it has just made.
            .retain_except_on_create(true);
        let Err(error) = request.send().await else { return Ok(()) };
        // The answer may have been lost, and the request been sent once more.
        if self.has_begun(change_set).await? {
            return Ok(());
        }
        let is_late = is_gone(&error) || error.code() == Some("InvalidChangeSetStatus");
        if is_late || says(&error, "_IN_PROGRESS") {
            return Err(conflict(stack, &error));
        }
        Err(refused("the changes could not be applied", &error))
    }

    /// Whether CloudFormation applies a change set because we asked for it.
    async fn has_begun(&self, change_set: &ChangeSet) -> Result<bool> {
        let found = self.cloudformation.describe_stack_events().stack_name(&change_set.stack);
        let found = match found.send().await {
            Ok(found) => found,
            Err(error) if is_gone(&error) => return Ok(false),
            Err(error) => {
                let what = format!("the events of `{}` cannot be read", change_set.stack);
                return Err(refused(&what, &error));
            }
        };
        let token = Some(change_set.token.as_str());
        Ok(found.stack_events().iter().any(|event| event.client_request_token() == token))
    }

    /// Starts to delete a stack; deleting it twice is deleting it once.
    pub(crate) async fn delete(&self, stack: &str) -> Result<()> {
        let request = self.cloudformation.delete_stack().stack_name(stack);
        let request = request.client_request_token(token());
        request
            .send()
            .await
            .map_err(|error| refused(&format!("`{stack}` could not be deleted"), &error))?;
        Ok(())
    }

    /// Whether a table refuses to be deleted; none if there is no such table.
    pub(crate) async fn is_protected(&self, table: &str) -> Result<Option<bool>> {
        match self.dynamodb.describe_table().table_name(table).send().await {
            Ok(found) => {
                let table = found.table.and_then(|table| table.deletion_protection_enabled);
                Ok(Some(table.unwrap_or(false)))
            }
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {
                Ok(None)
            }
            Err(error) => Err(refused(&format!("the table `{table}` cannot be looked at"), &error)),
        }
    }

    /// Deletes a table and everything in it; one that is gone or going already is all right.
    pub(crate) async fn delete_table(&self, table: &str) -> Result<()> {
        let (start, mut pause) = (Instant::now(), Pause::new());
        loop {
            match self.dynamodb.delete_table().table_name(table).send().await {
                Ok(_) => return Ok(()),
                Err(SdkError::ServiceError(error))
                    if error.err().is_resource_not_found_exception() =>
                {
                    return Ok(());
                }
                // It is being made, changed, or deleted by the same request, sent twice.
                Err(SdkError::ServiceError(error))
                    if error.err().is_resource_in_use_exception()
                        && start.elapsed() < WORKED_OUT =>
                {
                    pause.wait().await;
                }
                Err(error) => {
                    return Err(refused(
                        &format!("the table `{table}` could not be deleted"),
                        &error,
                    ));
                }
            }
        }
    }

    fn object_url(&self, bucket: &str, key: &str) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("{endpoint}/{bucket}/{key}"),
            None => {
                let suffix = if self.region.starts_with("cn-") { ".cn" } else { "" };
                format!("https://{bucket}.s3.{}.amazonaws.com{suffix}/{key}", self.region)
            }
        }
    }
}

/// Longer and longer pauses between questions, up to two seconds.
pub(crate) struct Pause(Duration);

impl Pause {
    pub(crate) fn new() -> Pause {
        Pause(Duration::from_millis(100))
    }

    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 3 / 2).min(Duration::from_secs(2));
    }
}

/// What nobody else has: by it our own requests are known again.
fn token() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("synth-{:016x}{:016x}", half(), half())
}

/// `aws` of `arn:aws:sts::…`.
fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).filter(|partition| !partition.is_empty()).unwrap_or("aws")
}

/// Whether there is no such change set, or no such stack.
fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let is_code = |code| matches!(code, "ChangeSetNotFound" | "ChangeSetNotFoundException");
    says(error, "does not exist") || error.code().is_some_and(is_code)
}

/// Whether there is a change set of this name, or a stack of this name to which no other can be made.
fn is_there<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.code() == Some("AlreadyExistsException") || says(error, "already exists")
}

/// Two deployments at once: one goes on, and the other says so.
fn conflict<E, R>(stack: &str, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    refused(&format!("somebody else changes `{stack}` at the same time"), error)
        .why("theirs goes on; this deployment changed nothing of the stack")
        .help("run it again when theirs is done")
}

/// Whether nothing came back in time.
fn is_silent<E, R>(error: &SdkError<E, R>) -> bool {
    match error {
        SdkError::TimeoutError(_) => true,
        SdkError::DispatchFailure(failure) => failure.is_timeout(),
        _ => false,
    }
}

fn says<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, text: &str) -> bool {
    error.message().is_some_and(|message| message.contains(text))
}

/// What AWS says where it does not do what it is asked.
fn refused<E, R>(what: &str, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let reason = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ if is_silent(error) => "it was asked, and did not answer in time".to_owned(),
        // No answer: only the chain of causes says where the way ends.
        _ => chain(error),
    };
    let refused = Error::new(what).why(reason);
    let is_cut = matches!(error, SdkError::DispatchFailure(_) | SdkError::ResponseError(_));
    match advice(error.code().unwrap_or_default()) {
        Some(advice) => refused.help(advice),
        None if is_silent(error) || is_cut => {
            refused.help("run it again once AWS answers: it carries on from what is there")
        }
        None => refused,
    }
}

/// What to do about an error that AWS has for whatever it is asked (API references, "Common errors").
fn advice(code: &str) -> Option<&'static str> {
    let is = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    if is(&["ExpiredToken", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClient"])
        || is(&["InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignature"])
    {
        return Some("sign in again, as by `aws sso login`, or choose `--profile NAME`");
    }
    if is(&["AccessDenied", "UnauthorizedOperation", "NotAuthorized", "Forbidden"]) {
        return Some(
            "whoever deploys needs the permission that AWS names: have it added to your user or \
             role, or choose `--profile NAME`",
        );
    }
    if is(&["Throttl", "TooManyRequests", "SlowDown", "RequestLimitExceeded"]) {
        return Some("AWS is asked too much at once: wait a minute, and run it again");
    }
    if is(&["LimitExceeded", "QuotaExceeded", "TooManyBuckets"]) {
        return Some(
            "a quota of the account is used up: Service Quotas in AWS's console raises it",
        );
    }
    if is(&["ServiceUnavailable", "InternalFailure", "InternalError", "InternalServer"]) {
        return Some("that is AWS's own trouble: run it again, it carries on from what is there");
    }
    None
}

fn chain<E, R>(error: &SdkError<E, R>) -> String
where
    E: error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let text = DisplayErrorContext(error).to_string();
    // Behind it stands the error once more, as Rust writes it.
    text.split_once(" (").map_or(text.clone(), |(causes, _)| causes.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead as _, BufReader, Read as _, Write as _},
        net::TcpListener,
        thread::{self, JoinHandle},
    };

    /// What AWS answers at an instant in which no emulator is ever seen: one answer for each request. The
    /// requests' first lines and bodies.
    fn aws(
        answers: impl IntoIterator<Item = (u16, &'static str)>,
    ) -> (Cloud, JoinHandle<Vec<String>>) {
        let answers: Vec<_> = answers.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = thread::spawn(move || {
            let answer = |(status, body): &(u16, &str)| {
                let (stream, _) = listener.accept().expect("a request");
                let mut reader = BufReader::new(&stream);
                let mut head = Vec::new();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).expect("a line");
                    if line.trim().is_empty() {
                        break;
                    }
                    head.push(line.trim().to_lowercase());
                }
                let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
                let length = length.map_or(0, |length| length.parse().expect("a number"));
                let mut said = vec![0; length];
                reader.read_exact(&mut said).expect("a body");
                let length = body.len();
                let headers = format!("Content-Length: {length}\r\nConnection: close");
                write!(&stream, "HTTP/1.1 {status} -\r\n{headers}\r\n\r\n{body}")
                    .expect("it listens");
                format!("{} {}", head[0], String::from_utf8_lossy(&said))
            };
            answers.iter().map(answer).collect()
        });
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&endpoint)
            .region(Region::new("eu-west-1"))
            .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(
                aws_sdk_s3::config::Credentials::new("test", "test", None, None, "test"),
            ))
            .build();
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        let cloud = Cloud {
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            account: "000000000000".to_owned(),
            region: "eu-west-1".to_owned(),
            partition: "aws".to_owned(),
            endpoint: Some(endpoint),
        };
        (cloud, requests)
    }

    const BUSY: &str = "<ErrorResponse><Error><Code>InvalidChangeSetStatus</Code><Message>Cannot \
        delete ChangeSet in status CREATE_IN_PROGRESS</Message></Error></ErrorResponse>";
    const OURS: &str =
        "<Error><Code>BucketAlreadyOwnedByYou</Code><Message>It is.</Message></Error>";
    const FORGOTTEN: &str =
        "<DeleteChangeSetResponse><DeleteChangeSetResult/></DeleteChangeSetResponse>";

    #[tokio::test]
    async fn a_change_set_that_is_still_worked_out_is_removed_once_it_can_be() {
        let (cloud, requests) = aws([(400, BUSY), (400, BUSY), (200, FORGOTTEN)]);
        cloud.forget_change_set("restaurant").await.expect("it is gone");
        assert_eq!(requests.join().expect("three requests").len(), 3);
    }

    const MADE: &str = "<CreateChangeSetResponse><CreateChangeSetResult><Id>ours</Id>\
        </CreateChangeSetResult></CreateChangeSetResponse>";
    const DESCRIBED: &str = "<DescribeChangeSetResponse><DescribeChangeSetResult>\
        <ChangeSetId>ours</ChangeSetId><StackId>stack</StackId><Status>CREATE_COMPLETE</Status>\
        </DescribeChangeSetResult></DescribeChangeSetResponse>";
    const NO_CHANGE_SET: &str = "<ErrorResponse><Error><Code>ChangeSetNotFound</Code>\
        <Message>ChangeSet [ours] does not exist</Message></Error></ErrorResponse>";
    const EXISTS: &str = "<ErrorResponse><Error><Code>AlreadyExistsException</Code>\
        <Message>ChangeSet synth already exists</Message></Error></ErrorResponse>";

    fn template() -> Template {
        Template::parse("{ \"Resources\": {} }".to_owned()).expect("a template")
    }

    fn wanted(template: &Template) -> Wanted<'_> {
        Wanted {
            stack: "restaurant",
            id: Some("stack"),
            template,
            bucket: "packages",
            parameters: BTreeMap::new(),
            capability: None,
        }
    }

    fn said(error: &Error) -> String {
        anstream::adapter::strip_str(&error.to_string()).to_string()
    }

    #[tokio::test]
    async fn what_is_shown_is_what_was_asked_for_whoever_else_deploys() {
        let (cloud, requests) = aws([(200, FORGOTTEN), (200, MADE), (200, DESCRIBED)]);
        let template = template();
        let planned = cloud.create_change_set(wanted(&template)).await.expect("a change set");
        assert_eq!(planned.expect("changes").id, "ours");
        let requests = requests.join().expect("three requests");
        assert!(requests[2].contains("ChangeSetName=ours"), "{}", requests[2]);
    }

    #[tokio::test]
    async fn a_change_set_that_somebody_else_replaced_is_one_clear_error() {
        let template = template();
        // Somebody's is there before ours, or ours goes before it is read.
        let theirs = "<DescribeChangeSetResponse><DescribeChangeSetResult><ChangeSetId>theirs\
            </ChangeSetId><Description>synth-1</Description><Status>CREATE_COMPLETE</Status>\
            </DescribeChangeSetResult></DescribeChangeSetResponse>";
        for (cloud, requests) in [
            aws([(200, FORGOTTEN), (400, EXISTS), (200, theirs)]),
            aws([(200, FORGOTTEN), (200, MADE), (404, NO_CHANGE_SET)]),
        ] {
            let error = cloud.create_change_set(wanted(&template)).await.err().expect("an error");
            let said = said(&error);
            assert!(said.contains("somebody else changes `restaurant` at the same time"), "{said}");
            requests.join().expect("three requests");
        }
    }

    #[tokio::test]
    async fn a_stack_that_somebody_else_changes_meanwhile_is_one_clear_error() {
        let refusal = |message: &str| {
            let error = format!("<Code>ValidationError</Code><Message>{message}</Message>");
            &*format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>").leak()
        };
        let there = "Stack [restaurant] already exists and cannot be created again with the \
            changeSet [synth].";
        let (template, busy) =
            (template(), "is in UPDATE_IN_PROGRESS state and can not be updated.");
        for answers in [
            vec![(200, FORGOTTEN), (400, refusal(there)), (404, NO_CHANGE_SET)],
            vec![(200, FORGOTTEN), (400, refusal(&format!("Stack:arn {busy}")))],
            vec![(200, FORGOTTEN), (400, refusal("Stack [restaurant] does not exist"))],
        ] {
            let count = answers.len();
            let (cloud, requests) = aws(answers);
            let error = cloud.create_change_set(wanted(&template)).await.err().expect("an error");
            let said = said(&error);
            assert!(said.contains("somebody else changes `restaurant` at the same time"), "{said}");
            assert_eq!(requests.join().expect("requests").len(), count);
        }
    }

    #[test]
    fn what_aws_says_of_anything_has_an_advice() {
        for (code, part) in [
            ("ExpiredToken", "sign in again"),
            ("ExpiredTokenException", "sign in again"),
            ("UnrecognizedClientException", "sign in again"),
            ("AccessDenied", "permission"),
            ("AccessDeniedException", "permission"),
            ("Throttling", "wait a minute"),
            ("RequestLimitExceeded", "wait a minute"),
            ("LimitExceededException", "quota"),
            ("ServiceUnavailable", "AWS's own trouble"),
        ] {
            assert!(advice(code).is_some_and(|advice| advice.contains(part)), "{code}");
        }
        assert_eq!(advice("ValidationError"), None);
        assert_eq!(advice(""), None);
    }

    const UPDATING: &str = "{ \"__type\": \"ResourceConflictException\", \"message\": \"The \
        operation cannot be performed at this time. An update is in progress for resource\" }";

    #[tokio::test]
    async fn code_whose_first_update_still_goes_on_is_updated_once_it_can_be() {
        let (cloud, requests) = aws([(409, UPDATING), (409, UPDATING), (200, "{}")]);
        cloud.update_code("cook", "packages", "key", None).await.expect("it is updated");
        assert_eq!(requests.join().expect("three requests").len(), 3);
    }

    #[tokio::test]
    async fn a_bucket_that_somebody_makes_just_now_is_waited_for() {
        let aborted = "<Error><Code>OperationAborted</Code><Message>A conflicting conditional \
            operation is currently in progress against this resource.</Message></Error>";
        let (cloud, requests) = aws([(404, ""), (409, aborted), (200, "")]);
        assert!(!cloud.ensure_bucket("packages").await.expect("it is there"));
        requests.join().expect("three requests");
    }

    #[tokio::test]
    async fn a_stack_that_goes_without_an_event_is_gone() {
        let nothing = "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents/>\
            </DescribeStackEventsResult></DescribeStackEventsResponse>";
        let gone = "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>one\
            </StackName><CreationTime>2026-11-24T12:00:00Z</CreationTime><StackStatus>\
            DELETE_COMPLETE</StackStatus></member></Stacks></DescribeStacksResult>\
            </DescribeStacksResponse>";
        let (cloud, requests) = aws([(200, nothing), (200, nothing), (200, gone), (200, nothing)]);
        let mut events = Events::from_now(&cloud, "stack").await.expect("events");
        assert_eq!(events.follow(true, |_| ()).await.expect("a status"), "DELETE_COMPLETE");
        requests.join().expect("four requests");
    }

    fn planned() -> ChangeSet {
        ChangeSet {
            id: "ours".to_owned(),
            stack: "stack".to_owned(),
            changes: Vec::new(),
            token: "synth-1".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_change_that_is_applied_while_its_answer_is_lost_is_applied() {
        let late = "<ErrorResponse><Error><Code>InvalidChangeSetStatus</Code><Message>ChangeSet \
            [ours] is in EXECUTE_IN_PROGRESS status</Message></Error></ErrorResponse>";
        let events = |token| {
            format!(
                "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents><member>\
                <EventId>1</EventId><StackId>stack</StackId><StackName>restaurant</StackName>\
                <ClientRequestToken>{token}</ClientRequestToken>\
                <Timestamp>2026-11-24T12:00:00Z</Timestamp></member></StackEvents>\
                </DescribeStackEventsResult></DescribeStackEventsResponse>"
            )
        };
        let (cloud, requests) = aws([(400, late), (200, events("synth-1").leak())]);
        cloud.execute("restaurant", &planned()).await.expect("it goes on");
        requests.join().expect("two requests");

        let (cloud, requests) = aws([(400, late), (200, events("synth-2").leak())]);
        let error = cloud.execute("restaurant", &planned()).await.expect_err("theirs goes on");
        assert!(said(&error).contains("somebody else changes `restaurant`"), "{}", said(&error));
        requests.join().expect("two requests");
    }

    #[tokio::test]
    async fn the_past_of_a_stack_is_not_read_to_its_beginning() {
        let newest = "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents><member>\
            <EventId>1</EventId><StackId>stack</StackId><StackName>restaurant</StackName>\
            <Timestamp>2026-11-24T12:00:00Z</Timestamp></member></StackEvents>\
            <NextToken>older</NextToken></DescribeStackEventsResult></DescribeStackEventsResponse>";
        let (cloud, requests) = aws([(200, newest)]);
        assert!(Events::from_now(&cloud, "stack").await.is_ok());
        requests.join().expect("one request");
    }

    #[tokio::test]
    async fn a_bucket_that_somebody_of_ours_makes_meanwhile_is_ours() {
        let (cloud, requests) = aws([(404, ""), (409, OURS)]);
        assert!(cloud.ensure_bucket("packages").await.expect("it is there"));
        requests.join().expect("two requests");
    }

    #[tokio::test]
    async fn a_bucket_in_another_region_is_said_to_be_there() {
        let (cloud, _) = aws([(301, "")]);
        let error = cloud.ensure_bucket("packages").await.expect_err("it cannot be used");
        assert!(said(&error).contains("another region"), "{}", said(&error));
    }
}

//! What is asked of AWS: the one place that knows its SDK.

mod events;
mod functions;

pub(crate) use events::{Event, Events, is_over};
pub(crate) use functions::code_sha256;

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
        TemplateStage,
    },
};
use aws_sdk_s3::{
    primitives::ByteStream,
    types::{BucketLocationConstraint, CreateBucketConfiguration},
};
use std::{
    collections::BTreeMap,
    error,
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
    endpoint: Option<String>,
}

/// The name of every change set: a new one takes the place of what an interrupted run left.
const CHANGE_SET: &str = "synth";

/// How long CloudFormation may take to work out what is in a change set that somebody left.
const WORKED_OUT: Duration = Duration::from_secs(300);

/// A change set that waits to be applied.
pub(crate) struct ChangeSet {
    id: String,
    /// The stack's id.
    pub(crate) stack: String,
    pub(crate) changes: Vec<Change>,
}

/// What a stack is to be.
pub(crate) struct Wanted<'a> {
    pub(crate) stack: &'a str,
    pub(crate) exists: bool,
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
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
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
        let identity = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
        let identity = identity.map_err(|error| {
            if let SdkError::DispatchFailure(failure) = &error
                && (failure.is_io() || failure.is_timeout())
            {
                if let Some(endpoint) = config.endpoint_url() {
                    return refused(&format!("{endpoint} cannot be reached"), &error)
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
            region,
            endpoint,
        })
    }

    /// The bucket for packages where none is given.
    pub(crate) fn default_bucket(&self) -> String {
        format!("synth-{}-{}", self.account, self.region)
    }

    /// Makes a bucket, unless this account has it; whether it was made.
    pub(crate) async fn ensure_bucket(&self, bucket: &str) -> Result<bool> {
        let asked =
            self.s3.head_bucket().bucket(bucket).expected_bucket_owner(&self.account).send().await;
        let error = match asked {
            Ok(_) => return Ok(false),
            Err(error) => error,
        };
        let why = match error.raw_response().map(|response| response.status().as_u16()) {
            Some(404) => None,
            Some(301) => Some("it is in another region, and Lambda fetches code from its own"),
            _ => Some("it belongs to somebody else, or you may not read it"),
        };
        if let Some(why) = why {
            return Err(refused(&format!("the bucket `{bucket}` cannot be used"), &error)
                .why(why)
                .help("choose another: `--bucket NAME`"));
        }
        let place = (self.region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(self.region.as_str()))
                .build()
        });
        let request = self.s3.create_bucket().bucket(bucket).set_create_bucket_configuration(place);
        match request.send().await {
            Ok(_) => Ok(true),
            // Another deployment was faster.
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(false),
            Err(error) => Err(refused(&format!("the bucket `{bucket}` could not be made"), &error)),
        }
    }

    /// Uploads what is named by its content, unless it is there; whether it was uploaded.
    pub(crate) async fn upload(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<bool> {
        let object = self.s3.head_object().bucket(bucket).key(key);
        match object.expected_bucket_owner(&self.account).send().await {
            Ok(_) => return Ok(false),
            Err(SdkError::ServiceError(error)) if error.err().is_not_found() => {}
            Err(error) => {
                return Err(refused(&format!("`{key}` in `{bucket}` cannot be looked at"), &error));
            }
        }
        let object = self.s3.put_object().bucket(bucket).key(key).body(ByteStream::from(bytes));
        object.expected_bucket_owner(&self.account).send().await.map_err(|error| {
            refused(&format!("`{key}` could not be uploaded to `{bucket}`"), &error)
        })?;
        Ok(true)
    }

    /// The stack of a name or id, if there is one.
    pub(crate) async fn stack(&self, name: &str) -> Result<Option<Stack>> {
        match self.cloudformation.describe_stacks().stack_name(name).send().await {
            Ok(found) => Ok(found.stacks.unwrap_or_default().into_iter().next()),
            Err(error) if says(&error, "does not exist") => Ok(None),
            Err(error) => Err(refused(&format!("the stack `{name}` cannot be looked at"), &error)),
        }
    }

    /// The template that a stack was made of.
    pub(crate) async fn template(&self, stack: &str) -> Result<String> {
        let found = self.cloudformation.get_template().stack_name(stack);
        let found = found.template_stage(TemplateStage::Original).send().await;
        let found = found.map_err(|error| {
            refused(&format!("the template of `{stack}` cannot be read"), &error)
        })?;
        Ok(found.template_body.unwrap_or_default())
    }

    /// The resources that a stack has: logical and physical id.
    pub(crate) async fn resources(&self, stack: &str) -> Result<Vec<(String, String)>> {
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
                if let (Some(logical), Some(physical)) =
                    (resource.logical_resource_id, resource.physical_resource_id)
                {
                    resources.push((logical, physical));
                }
            }
        }
        Ok(resources)
    }

    /// What would change; none if nothing would.
    pub(crate) async fn create_change_set(&self, wanted: Wanted<'_>) -> Result<Option<ChangeSet>> {
        let stack = wanted.stack;
        self.forget_change_set(stack).await?;
        let parameters = wanted.parameters.into_iter().map(|(name, value)| {
            let parameter = Parameter::builder().parameter_key(name);
            match value {
                Value::Given(value) => parameter.parameter_value(value),
                Value::Previous => parameter.use_previous_value(true),
            }
            .build()
        });
        let mut request = self
            .cloudformation
            .create_change_set()
            .stack_name(stack)
            .change_set_name(CHANGE_SET)
            .change_set_type(if wanted.exists {
                ChangeSetType::Update
            } else {
                ChangeSetType::Create
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
        let made = request.send().await.map_err(|error| {
            refused(&format!("the changes of `{stack}` could not be worked out"), &error)
        })?;
        // By its id, for somebody else's may have the same name by now.
        self.planned(stack, made.id.as_deref().unwrap_or(CHANGE_SET)).await
    }

    /// Waits until CloudFormation has worked out what would change.
    async fn planned(&self, stack: &str, change_set: &str) -> Result<Option<ChangeSet>> {
        let mut pause = Pause::new();
        loop {
            let (mut changes, mut next) = (Vec::new(), None);
            let described = loop {
                let mut described = self
                    .cloudformation
                    .describe_change_set()
                    .stack_name(stack)
                    .change_set_name(change_set)
                    .set_next_token(next)
                    .send()
                    .await
                    .map_err(|error| {
                        refused(&format!("the changes of `{stack}` cannot be read"), &error)
                    })?;
                changes.extend(described.changes.take().unwrap_or_default());
                next = described.next_token.take();
                if next.is_none() {
                    break described;
                }
            };
            match described.status {
                Some(ChangeSetStatus::CreateComplete) => {
                    let stack = described.stack_id.unwrap_or_else(|| stack.to_owned());
                    let id = described.change_set_id.unwrap_or_else(|| change_set.to_owned());
                    return Ok(Some(ChangeSet { id, stack, changes }));
                }
                Some(ChangeSetStatus::Failed) => {
                    let reason = described.status_reason.unwrap_or_default();
                    self.forget_change_set(stack).await?;
                    let nothing = ["didn't contain changes", "No updates are to be performed"];
                    if nothing.iter().any(|text| reason.contains(text)) {
                        return Ok(None);
                    }
                    return Err(Error::new(format!(
                        "CloudFormation refuses the template of `{stack}`"
                    ))
                    .why(reason));
                }
                _ => pause.wait().await,
            }
        }
    }

    /// Removes the change set that was not applied, if there is one. While CloudFormation still works
    /// out what is in it, that is waited for, as it cannot be removed.
    pub(crate) async fn forget_change_set(&self, stack: &str) -> Result<()> {
        let (start, mut pause) = (Instant::now(), Pause::new());
        loop {
            let request = self.cloudformation.delete_change_set();
            match request.stack_name(stack).change_set_name(CHANGE_SET).send().await {
                Ok(_) => return Ok(()),
                Err(error)
                    if says(&error, "does not exist")
                        || error.code() == Some("ChangeSetNotFound") =>
                {
                    return Ok(());
                }
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

    /// Starts to apply a change set.
    pub(crate) async fn execute(&self, change_set: &ChangeSet) -> Result<()> {
        let request = self.cloudformation.execute_change_set();
        request
            .stack_name(&change_set.stack)
            .change_set_name(&change_set.id)
            // Taken back, it takes tables with it that it has just made.
            .retain_except_on_create(true)
            .send()
            .await
            .map_err(|error| refused("the changes could not be applied", &error))?;
        Ok(())
    }

    /// Starts to delete a stack.
    pub(crate) async fn delete(&self, stack: &str) -> Result<()> {
        let request = self.cloudformation.delete_stack().stack_name(stack);
        request
            .send()
            .await
            .map_err(|error| refused(&format!("`{stack}` could not be deleted"), &error))?;
        Ok(())
    }

    /// Deletes a table and everything in it; one that is gone already is all right.
    pub(crate) async fn delete_table(&self, table: &str) -> Result<()> {
        match self.dynamodb.delete_table().table_name(table).send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {
                Ok(())
            }
            Err(error) => {
                Err(refused(&format!("the table `{table}` could not be deleted"), &error))
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
        // No answer: only the chain of causes says where the way ends.
        _ => chain(error),
    };
    Error::new(what).why(reason)
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
    fn aws<const N: usize>(answers: [(u16, &'static str); N]) -> (Cloud, JoinHandle<Vec<String>>) {
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

    #[tokio::test]
    async fn what_is_shown_is_what_was_asked_for_whoever_else_deploys() {
        let made = "<CreateChangeSetResponse><CreateChangeSetResult><Id>ours</Id>\
            </CreateChangeSetResult></CreateChangeSetResponse>";
        let described = "<DescribeChangeSetResponse><DescribeChangeSetResult>\
            <ChangeSetId>ours</ChangeSetId><StackId>stack</StackId><Status>CREATE_COMPLETE</Status>\
            </DescribeChangeSetResult></DescribeChangeSetResponse>";
        let (cloud, requests) = aws([(200, FORGOTTEN), (200, made), (200, described)]);
        let template = Template::parse("{ \"Resources\": {} }".to_owned()).expect("a template");
        let wanted = Wanted {
            stack: "restaurant",
            exists: true,
            template: &template,
            bucket: "packages",
            parameters: BTreeMap::new(),
            capability: None,
        };
        let planned = cloud.create_change_set(wanted).await.expect("a change set");
        assert_eq!(planned.expect("changes").id, "ours");
        let requests = requests.join().expect("three requests");
        assert!(requests[2].contains("ChangeSetName=ours"), "{}", requests[2]);
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
        assert!(!cloud.ensure_bucket("packages").await.expect("it is there"));
        requests.join().expect("two requests");
    }

    #[tokio::test]
    async fn a_bucket_in_another_region_is_said_to_be_there() {
        let (cloud, _) = aws([(301, "")]);
        let error = cloud.ensure_bucket("packages").await.expect_err("it cannot be used");
        let said = anstream::adapter::strip_str(&error.to_string()).to_string();
        assert!(said.contains("another region"), "{said}");
    }
}

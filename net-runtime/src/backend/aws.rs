//! AWS: SQS, SNS, Lambda, DynamoDB and Secrets Manager.

use super::{Answer, Backend, Parcel};
use crate::{
    Failure, Page, Read, Schema, SecretString, Write, Written,
    capability::table,
    event::{CORRELATION, DEADLINE},
};
use aws_config::{BehaviorVersion, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use aws_sdk_sqs::types::MessageAttributeValue;
use net_dsl::binding::Address;
use serde_json::Value;
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// How long one attempt may take: longer than the slowest of these services takes for what is small, and
/// short enough for a second attempt in the 30 seconds that a function has if nothing else is said.
const ATTEMPT: Duration = Duration::from_secs(5);

/// AWS, as the standard configuration finds it: on Lambda, by the function's own role.
///
/// Clients are made once and keep their connections. A connection is waited for 2 seconds and an answer
/// 5 seconds, three times at the most; another function's answer for as long as the run has time.
#[derive(Clone, Debug)]
pub struct Aws {
    sqs: aws_sdk_sqs::Client,
    sns: aws_sdk_sns::Client,
    lambda: aws_sdk_lambda::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    secrets: aws_sdk_secretsmanager::Client,
}

impl Aws {
    /// Reads the standard configuration of the environment.
    pub async fn from_environment() -> Aws {
        Aws::new(&aws_config::defaults(BehaviorVersion::latest()).load().await)
    }

    /// With a configuration of one's own, for tests; its timeouts are replaced.
    pub fn new(config: &SdkConfig) -> Aws {
        // One connection that hangs does not take the time of the whole run: a request that is not
        // answered is tried on another one.
        let times = TimeoutConfig::builder().connect_timeout(CONNECT);
        let answered = times.clone().operation_attempt_timeout(ATTEMPT).build();
        let config = config.to_builder().timeout_config(answered).build();
        // A function that is asked answers when it is done, which may take as long as the run has.
        let asked = aws_sdk_lambda::config::Builder::from(&config);
        let asked = asked.timeout_config(times.build()).build();
        Aws {
            sqs: aws_sdk_sqs::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            lambda: aws_sdk_lambda::Client::from_conf(asked),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
        }
    }
}

/// Refused requests do not get better by trying again; everything else may.
pub(crate) fn failure<E>(error: SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.code().unwrap_or_default();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let refused = matches!(error, SdkError::ServiceError(_) | SdkError::ConstructionFailure(_))
        && status < 500
        && status != 429
        && !code.contains("Throttl")
        && !code.contains("Exceeded")
        && !code.contains("TransactionConflict")
        && !code.contains("TransactionInProgress")
        && !code.contains("TooManyRequests")
        && !code.contains("Internal")
        && !code.contains("Unavailable");
    let text = match error.message() {
        Some(message) => format!("{code}: {message}"),
        None => error.to_string(),
    };
    if refused { Failure::Permanent(text.into()) } else { Failure::Temporary(text.into()) }
}

fn attributes(parcel: &Parcel) -> Vec<(&'static str, String)> {
    let deadline = parcel.deadline.map(|deadline| (DEADLINE, deadline.to_string()));
    let correlation =
        (!parcel.correlation.is_empty()).then(|| (CORRELATION, parcel.correlation.clone()));
    deadline.into_iter().chain(correlation).collect()
}

impl Aws {
    async fn send_to_queue(&self, url: &str, parcel: Parcel, fifo: bool) -> Result<(), Failure> {
        let mut request = self.sqs.send_message().queue_url(url);
        for (name, text) in attributes(&parcel) {
            let value = MessageAttributeValue::builder().data_type("String").string_value(text);
            let value = value.build().map_err(|error| Failure::Permanent(error.into()))?;
            request = request.message_attributes(name, value);
        }
        if fifo {
            // It wins over a hash of the body, where the queue makes one (Amazon SQS API Reference,
            // "SendMessage", MessageDeduplicationId).
            request = request
                .message_deduplication_id(parcel.id)
                .message_group_id(parcel.group.unwrap_or_else(|| "all".to_owned()));
        }
        request.message_body(parcel.body).send().await.map(|_| ()).map_err(failure)
    }

    async fn publish(&self, arn: &str, parcel: Parcel) -> Result<(), Failure> {
        let mut request = self.sns.publish().topic_arn(arn);
        for (name, text) in attributes(&parcel) {
            let value = aws_sdk_sns::types::MessageAttributeValue::builder();
            let value = value.data_type("String").string_value(text).build();
            let value = value.map_err(|error| Failure::Permanent(error.into()))?;
            request = request.message_attributes(name, value);
        }
        request.message(parcel.body).send().await.map(|_| ()).map_err(failure)
    }

    async fn invoke(
        &self,
        arn: &str,
        parcel: &Parcel,
        how: InvocationType,
    ) -> Result<Value, Failure> {
        let request = self.lambda.invoke().function_name(arn).invocation_type(how);
        let answer = request.payload(Blob::new(parcel.payload())).send().await.map_err(failure)?;
        let text = answer.payload.map(Blob::into_inner).unwrap_or_default();
        if answer.function_error.is_some() {
            let text = String::from_utf8_lossy(&text).chars().take(500).collect::<String>();
            return Err(Failure::Permanent(format!("the function failed: {text}").into()));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&text).map_err(|error| Failure::malformed("reply", error))
    }
}

impl Backend for Aws {
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()> {
        Box::pin(async move {
            match to {
                Address::Queue(url) => self.send_to_queue(url, parcel, false).await,
                Address::FifoQueue(url) => self.send_to_queue(url, parcel, true).await,
                Address::Topic(arn) => self.publish(arn, parcel).await,
                Address::Function(arn) => {
                    self.invoke(arn, &parcel, InvocationType::Event).await.map(|_| ())
                }
            }
        })
    }

    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value> {
        Box::pin(
            async move { self.invoke(function, &parcel, InvocationType::RequestResponse).await },
        )
    }

    fn read<'a>(&'a self, table: &'a str, _: Schema, read: Read) -> Answer<'a, Page> {
        Box::pin(table::aws::read(&self.dynamodb, table, read))
    }

    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written> {
        Box::pin(table::aws::write(&self.dynamodb, table, schema, write))
    }

    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString> {
        Box::pin(async move {
            let request = self.secrets.get_secret_value().secret_id(arn);
            match request.send().await.map_err(failure)?.secret_string {
                Some(text) => Ok(SecretString::from(text)),
                None => Err(Failure::Permanent("the secret is not a text".into())),
            }
        })
    }
}

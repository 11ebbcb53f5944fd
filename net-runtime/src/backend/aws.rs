//! AWS: SQS, SNS, Lambda, DynamoDB and Secrets Manager.

use super::{Answer, Backend, Keys, Page, Parcel, Read, Write};
use crate::{
    Condition, Failure, SecretString, Update,
    event::{CORRELATION, DEADLINE},
};
use aws_config::{BehaviorVersion, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError,
    },
    types::{AttributeValue, ReturnValue},
};
use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use aws_sdk_sqs::types::MessageAttributeValue;
use net_dsl::binding::Address;
use serde_json::{Map, Value};
use std::{collections::HashMap, time::Duration};

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
        // One connection that hangs does not take the time of the whole run: a request that is not
        // answered is tried on another one, for the SDK tries up to three times.
        let times = TimeoutConfig::builder().connect_timeout(CONNECT);
        let answered = times.clone().operation_attempt_timeout(ATTEMPT).build();
        let config = aws_config::defaults(BehaviorVersion::latest());
        let config = config.timeout_config(answered).load().await;
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
fn failure<E, R>(error: SdkError<E, R>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error.code().unwrap_or_default();
    let refused = matches!(error, SdkError::ServiceError(_) | SdkError::ConstructionFailure(_))
        && !code.contains("Throttl")
        && !code.contains("Exceeded")
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

    fn read<'a>(&'a self, table: &'a str, read: Read) -> Answer<'a, Page> {
        Box::pin(async move {
            let (items, next) = match read {
                Read::Item { keys } => {
                    let request = self.dynamodb.get_item().table_name(table).consistent_read(true);
                    let answer =
                        request.set_key(Some(to_item(keys)?)).send().await.map_err(failure)?;
                    (answer.item.into_iter().collect(), None)
                }
                Read::Partition { keys, after } => {
                    let mut expressions = Expressions::default();
                    let parts: Result<Vec<_>, _> = keys
                        .into_iter()
                        .map(|(name, value)| {
                            Ok(format!(
                                "{} = {}",
                                expressions.name(&name),
                                expressions.value(value)?
                            ))
                        })
                        .collect();
                    let request = self
                        .dynamodb
                        .query()
                        .table_name(table)
                        .consistent_read(true)
                        .key_condition_expression(parts?.join(" AND "))
                        .set_expression_attribute_names(expressions.names())
                        .set_expression_attribute_values(expressions.values())
                        .set_exclusive_start_key(after.map(to_item).transpose()?);
                    let answer = request.send().await.map_err(failure)?;
                    (answer.items.unwrap_or_default(), answer.last_evaluated_key)
                }
                Read::Table { after } => {
                    let request = self.dynamodb.scan().table_name(table).consistent_read(true);
                    let request = request.set_exclusive_start_key(after.map(to_item).transpose()?);
                    let answer = request.send().await.map_err(failure)?;
                    (answer.items.unwrap_or_default(), answer.last_evaluated_key)
                }
            };
            let items: Result<_, _> = items.into_iter().map(from_item).collect();
            Ok(Page { items: items?, next: next.map(from_item).transpose()? })
        })
    }

    fn write<'a>(&'a self, table: &'a str, write: Write) -> Answer<'a, Option<Map<String, Value>>> {
        Box::pin(async move {
            let mut expressions = Expressions::default();
            match write {
                Write::Put { item, keys, condition } => {
                    let key = keys.first().copied().unwrap_or_default();
                    let condition = expressions.condition(&condition, key)?;
                    let request = self
                        .dynamodb
                        .put_item()
                        .table_name(table)
                        .set_item(Some(to_item(item.clone())?))
                        .set_condition_expression(condition)
                        .set_expression_attribute_names(expressions.names())
                        .set_expression_attribute_values(expressions.values());
                    match request.send().await {
                        Ok(_) => Ok(Some(item)),
                        Err(SdkError::ServiceError(error))
                            if matches!(
                                error.err(),
                                PutItemError::ConditionalCheckFailedException(_)
                            ) =>
                        {
                            Ok(None)
                        }
                        Err(error) => Err(failure(error)),
                    }
                }
                Write::Update { keys, update, condition } => {
                    let key = keys.keys().next().cloned().unwrap_or_default();
                    let condition = expressions.condition(&condition, &key)?;
                    let update = expressions.update(update)?;
                    let request = self
                        .dynamodb
                        .update_item()
                        .table_name(table)
                        .set_key(Some(to_item(keys)?))
                        .set_update_expression(update)
                        .set_condition_expression(condition)
                        .set_expression_attribute_names(expressions.names())
                        .set_expression_attribute_values(expressions.values())
                        .return_values(ReturnValue::AllNew);
                    match request.send().await {
                        Ok(answer) => Ok(Some(from_item(answer.attributes.unwrap_or_default())?)),
                        Err(SdkError::ServiceError(error))
                            if matches!(
                                error.err(),
                                UpdateItemError::ConditionalCheckFailedException(_)
                            ) =>
                        {
                            Ok(None)
                        }
                        Err(error) => Err(failure(error)),
                    }
                }
                Write::Delete { keys, condition } => {
                    let key = keys.keys().next().cloned().unwrap_or_default();
                    let condition = expressions.condition(&condition, &key)?;
                    let request = self
                        .dynamodb
                        .delete_item()
                        .table_name(table)
                        .set_key(Some(to_item(keys)?))
                        .set_condition_expression(condition)
                        .set_expression_attribute_names(expressions.names())
                        .set_expression_attribute_values(expressions.values());
                    match request.send().await {
                        Ok(_) => Ok(Some(Map::new())),
                        Err(SdkError::ServiceError(error))
                            if matches!(
                                error.err(),
                                DeleteItemError::ConditionalCheckFailedException(_)
                            ) =>
                        {
                            Ok(None)
                        }
                        Err(error) => Err(failure(error)),
                    }
                }
            }
        })
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

fn to_item(item: Keys) -> Result<HashMap<String, AttributeValue>, Failure> {
    serde_dynamo::to_item(Value::Object(item)).map_err(|error| Failure::malformed("item", error))
}

fn from_item(item: HashMap<String, AttributeValue>) -> Result<Map<String, Value>, Failure> {
    serde_dynamo::from_item(item).map_err(|error| Failure::malformed("item", error))
}

/// DynamoDB's expressions, every name and value through a placeholder: names may be reserved words.
#[derive(Default)]
struct Expressions {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Expressions {
    fn name(&mut self, name: &str) -> String {
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| *known == name) {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: Value) -> Result<String, Failure> {
        let placeholder = format!(":v{}", self.values.len());
        let value = serde_dynamo::to_attribute_value(value)
            .map_err(|error| Failure::malformed("value", error))?;
        self.values.insert(placeholder.clone(), value);
        Ok(placeholder)
    }

    /// The condition, given a key attribute: an item is there if it has one.
    fn condition(&mut self, condition: &Condition, key: &str) -> Result<Option<String>, Failure> {
        Ok(Some(match condition {
            Condition::Always => return Ok(None),
            Condition::Absent => format!("attribute_not_exists({})", self.name(key)),
            Condition::Exists => format!("attribute_exists({})", self.name(key)),
            Condition::Equals(attribute, value) => {
                format!("{} = {}", self.name(attribute), self.value(value.clone())?)
            }
            Condition::Below(attribute, bound) => {
                format!("{} < {}", self.name(attribute), self.value(bound.clone())?)
            }
            Condition::Lacks(attribute) => {
                format!("attribute_not_exists({})", self.name(attribute))
            }
            Condition::All(one, other) => {
                match (self.condition(one, key)?, self.condition(other, key)?) {
                    (Some(one), Some(other)) => format!("({one} AND {other})"),
                    (one, other) => return Ok(one.or(other)),
                }
            }
            Condition::Any(one, other) => {
                match (self.condition(one, key)?, self.condition(other, key)?) {
                    (Some(one), Some(other)) => format!("({one} OR {other})"),
                    // One of them always holds.
                    _ => return Ok(None),
                }
            }
        }))
    }

    fn update(&mut self, update: Update) -> Result<Option<String>, Failure> {
        let mut parts = Vec::new();
        let mut sets = Vec::new();
        for (attribute, value) in update.set {
            sets.push(format!("{} = {}", self.name(&attribute), self.value(value)?));
        }
        if !sets.is_empty() {
            parts.push(format!("SET {}", sets.join(", ")));
        }
        let removes: Vec<_> = update.remove.iter().map(|attribute| self.name(attribute)).collect();
        if !removes.is_empty() {
            parts.push(format!("REMOVE {}", removes.join(", ")));
        }
        Ok((!parts.is_empty()).then(|| parts.join(" ")))
    }

    /// None at all rather than an empty map, which DynamoDB refuses.
    fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

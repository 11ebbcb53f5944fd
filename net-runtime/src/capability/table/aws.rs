//! Tables on DynamoDB.

use super::{
    Act, AttributeValue as Value, Attributes, Condition, Page, Read, Schema, Tables, Update, Write,
    Written, condition::Operand,
};
use crate::{Answer, Aws, Failure, backend::aws::failure};
use aws_sdk_dynamodb::{
    Client,
    config::{Builder, retry::RetryConfig},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::{
        AttributeValue, CancellationReason, Delete, ReturnValue,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    },
};
use std::collections::HashMap;

impl Tables for Aws {
    fn read<'a>(&'a self, table: &'a str, _: Schema, read: Read) -> Answer<'a, Page> {
        Box::pin(self::read(&self.dynamodb, table, read))
    }

    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written> {
        Box::pin(self::write(&self.dynamodb, table, schema, write))
    }
}

type Item = HashMap<String, AttributeValue>;

async fn read(client: &Client, table: &str, read: Read) -> Result<Page, Failure> {
    let (items, next) = match read {
        Read::Item { keys } => {
            let request = client.get_item().table_name(table).consistent_read(true);
            let answer = request.set_key(Some(to_item(keys))).send().await.map_err(failure)?;
            (answer.item.into_iter().collect(), None)
        }
        Read::Partition { keys, after } => {
            let mut expressions = Expressions::default();
            let mut parts = Vec::new();
            for (name, value) in keys {
                parts.push(format!("{} = {}", expressions.name(&name), expressions.value(value)));
            }
            let request = client
                .query()
                .table_name(table)
                .consistent_read(true)
                .key_condition_expression(parts.join(" AND "))
                .set_expression_attribute_names(expressions.names())
                .set_expression_attribute_values(expressions.values())
                .set_exclusive_start_key(after.map(to_item));
            let answer = request.send().await.map_err(failure)?;
            (answer.items.unwrap_or_default(), answer.last_evaluated_key)
        }
        Read::Table { after } => {
            let request = client.scan().table_name(table).consistent_read(true);
            let request = request.set_exclusive_start_key(after.map(to_item));
            let answer = request.send().await.map_err(failure)?;
            (answer.items.unwrap_or_default(), answer.last_evaluated_key)
        }
    };
    Ok(Page { items: items.into_iter().map(from_item).collect(), next: next.map(from_item) })
}

/// One attempt: whoever calls must know whether a reply was lost, so the SDK does not try again.
fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

async fn write(
    client: &Client,
    table: &str,
    schema: Schema,
    write: Write,
) -> Result<Written, Failure> {
    let key = schema.partition.name();
    let mut expressions = Expressions::default();
    let condition = expressions.condition(&write.condition, key)?;
    let see = condition.is_some().then_some(ReturnValuesOnConditionCheckFailure::AllOld);
    match write.act {
        Act::Put { item } => {
            let request = client
                .put_item()
                .table_name(table)
                .set_item(Some(to_item(item.clone())))
                .set_condition_expression(condition)
                .set_expression_attribute_names(expressions.names())
                .set_expression_attribute_values(expressions.values())
                .set_return_values_on_condition_check_failure(see);
            match request.customize().config_override(once()).send().await {
                Ok(_) => Ok(Written::Applied(item)),
                Err(error) => match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(refusal)) => {
                        Ok(Written::Refused(refusal.item.clone().map(from_item)))
                    }
                    _ => Err(failure(error)),
                },
            }
        }
        Act::Update { keys, update } => {
            let update = expressions.update(update)?;
            let request = client
                .update_item()
                .table_name(table)
                .set_key(Some(to_item(keys)))
                .set_update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(expressions.names())
                .set_expression_attribute_values(expressions.values())
                .set_return_values_on_condition_check_failure(see)
                .return_values(ReturnValue::AllNew);
            match request.customize().config_override(once()).send().await {
                Ok(answer) => {
                    Ok(Written::Applied(from_item(answer.attributes.unwrap_or_default())))
                }
                Err(error) => match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                        Ok(Written::Refused(refusal.item.clone().map(from_item)))
                    }
                    _ => Err(failure(error)),
                },
            }
        }
        Act::Delete { keys, hand: None } => {
            let request = client
                .delete_item()
                .table_name(table)
                .set_key(Some(to_item(keys)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(expressions.names())
                .set_expression_attribute_values(expressions.values())
                .set_return_values_on_condition_check_failure(see);
            match request.customize().config_override(once()).send().await {
                Ok(_) => Ok(Written::Applied(Attributes::new())),
                Err(error) => match error.as_service_error() {
                    Some(DeleteItemError::ConditionalCheckFailedException(refusal)) => {
                        Ok(Written::Refused(refusal.item.clone().map(from_item)))
                    }
                    _ => Err(failure(error)),
                },
            }
        }
        Act::Delete { keys, hand: Some(hand) } => {
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(to_item(keys)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(expressions.names())
                .set_expression_attribute_values(expressions.values())
                .set_return_values_on_condition_check_failure(see)
                .build()
                .map_err(|error| Failure::Permanent(error.into()))?;
            let request = client
                .transact_write_items()
                .transact_items(TransactWriteItem::builder().delete(delete).build())
                .client_request_token(hand);
            match request.customize().config_override(once()).send().await {
                Ok(_) => Ok(Written::Applied(Attributes::new())),
                Err(error) => match error.as_service_error() {
                    Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                        let reason = cancelled.cancellation_reasons().first();
                        cancellation(reason)
                    }
                    _ => Err(failure(error)),
                },
            }
        }
    }
}

/// Why a transaction of one write was cancelled ("TransactWriteItems": cancellation reasons).
fn cancellation(reason: Option<&CancellationReason>) -> Result<Written, Failure> {
    let code = reason.and_then(|reason| reason.code()).unwrap_or_default();
    let message = reason.and_then(|reason| reason.message()).unwrap_or_default();
    let text = || format!("{code}: {message}").into();
    match code {
        "ConditionalCheckFailed" => {
            let there = reason.and_then(|reason| reason.item().cloned());
            Ok(Written::Refused(there.map(from_item)))
        }
        "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded" => {
            Err(Failure::Temporary(text()))
        }
        _ => Err(Failure::Permanent(text())),
    }
}

fn to_item(item: Attributes) -> Item {
    item.into_iter().map(|(name, value)| (name, value.into())).collect()
}

fn from_item(item: Item) -> Attributes {
    item.into_iter().map(|(name, value)| (name, value.into())).collect()
}

/// DynamoDB's expressions, every name and value through a placeholder: names may be reserved words.
#[derive(Default)]
struct Expressions {
    names: HashMap<String, String>,
    values: Item,
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

    fn value(&mut self, value: Value) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value.into());
        placeholder
    }

    fn operand(&mut self, Operand(value): &Operand) -> Result<String, Failure> {
        match value {
            Ok(value) => Ok(self.value(value.clone())),
            Err(why) => Err(Failure::malformed("value", why)),
        }
    }

    /// The condition, given a key attribute: an item is there if it has one.
    fn condition(&mut self, condition: &Condition, key: &str) -> Result<Option<String>, Failure> {
        Ok(Some(match condition {
            Condition::Always => return Ok(None),
            Condition::Absent => format!("attribute_not_exists({})", self.name(key)),
            Condition::Exists => format!("attribute_exists({})", self.name(key)),
            Condition::Equals(attribute, value) => {
                format!("{} = {}", self.name(attribute), self.operand(value)?)
            }
            Condition::Below(attribute, bound) => {
                format!("{} < {}", self.name(attribute), self.operand(bound)?)
            }
            Condition::Lacks(attribute) => {
                format!("attribute_not_exists({})", self.name(attribute))
            }
            // One half that always holds says nothing; its names and values must not be sent.
            Condition::All(one, other) if one.is_always() => return self.condition(other, key),
            Condition::All(one, other) if other.is_always() => return self.condition(one, key),
            Condition::Any(one, other) if one.is_always() || other.is_always() => return Ok(None),
            Condition::All(one, other) | Condition::Any(one, other) => {
                let word = if matches!(condition, Condition::All(..)) { "AND" } else { "OR" };
                let one = self.condition(one, key)?.unwrap_or_default();
                let other = self.condition(other, key)?.unwrap_or_default();
                format!("({one} {word} {other})")
            }
        }))
    }

    fn update(&mut self, update: Update) -> Result<Option<String>, Failure> {
        let mut parts = Vec::new();
        let mut sets = Vec::new();
        for (attribute, value) in &update.set {
            sets.push(format!("{} = {}", self.name(attribute), self.operand(value)?));
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

    fn values(&self) -> Option<Item> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

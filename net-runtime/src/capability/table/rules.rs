//! What DynamoDB refuses, in its words: the rules of the memory side.
//!
//! Sources, by the titles of DynamoDB's developer guide and API reference: "Supported data types and naming
//! rules", "Quotas", "Constraints", "PutItem", "UpdateItem", "Query", "Comparison operator and function
//! reference", "DynamoDB item sizes and formats". Each rule is tried against an engine in
//! `tests/behaviours.rs`.

use super::{
    Attributes, Schema,
    compare::{KeyOrder, letter, order},
    condition::{Condition, Operand, Update},
    item::AttributeValue,
};
use crate::Failure;
use net_dsl::{KeyType, Number};
use std::collections::BTreeSet;

/// 400 KB ("Quotas": item size).
const ITEM: usize = 400 * 1_024;
/// Bytes of a partition key's value ("Quotas").
const PARTITION: usize = 2_048;
/// Bytes of a sort key's value ("Quotas").
const SORT: usize = 1_024;
/// Levels of lists and maps ("Quotas": nested attribute depth).
const DEPTH: usize = 32;

const INVALID: &str = "One or more parameter values were invalid: ";

fn refused(text: impl std::fmt::Display) -> Failure {
    Failure::Permanent(format!("ValidationException: {text}").into())
}

/// The values of an item's keys, once they have passed.
pub(crate) type Row = Vec<KeyOrder>;

/// The row of an item to be put.
pub(crate) fn row_of_item(schema: Schema, item: &Attributes) -> Result<Row, Failure> {
    for key in schema.keys() {
        let name = key.name();
        match item.get(name) {
            None => return Err(refused(format!("{INVALID}Missing the key {name} in the item"))),
            Some(value) if letter(value) != key.key_type().letter() => {
                let (expected, actual) = (key.key_type().letter(), letter(value));
                return Err(refused(format!(
                    "{INVALID}Type mismatch for key {name} expected: {expected} actual: {actual}"
                )));
            }
            Some(_) => {}
        }
    }
    row(schema, item)
}

/// The row that keys say.
pub(crate) fn row_of_keys(schema: Schema, keys: &Attributes) -> Result<Row, Failure> {
    let fits = keys.len() == schema.keys().count()
        && schema.keys().all(|key| {
            keys.get(key.name()).is_some_and(|value| letter(value) == key.key_type().letter())
        });
    if !fits {
        return Err(refused("The provided key element does not match the schema"));
    }
    row(schema, keys)
}

/// The partition that a query says.
pub(crate) fn partition(schema: Schema, keys: &Attributes) -> Result<KeyOrder, Failure> {
    let key = schema.partition;
    let Some(value) = keys.get(key.name()) else {
        return Err(refused(format!("Query condition missed key schema element: {}", key.name())));
    };
    if letter(value) != key.key_type().letter() {
        return Err(refused(format!(
            "{INVALID}Condition parameter type does not match schema type"
        )));
    }
    let mut row = row(Schema { sort: None, ..schema }, keys)?;
    Ok(row.remove(0))
}

fn row(schema: Schema, item: &Attributes) -> Result<Row, Failure> {
    let mut row = Row::new();
    for (place, key) in schema.keys().enumerate() {
        let name = key.name();
        let Some(value) = item.get(name) else { continue };
        self::value(value, 1)?;
        let Some(order) = order(value) else { continue };
        if let KeyOrder::Bytes(bytes) = &order {
            let (what, limit) = match place {
                0 => ("hash", PARTITION),
                _ => ("range", SORT),
            };
            if bytes.is_empty() {
                let empty = match key.key_type() {
                    KeyType::Text => "string",
                    KeyType::Binary | KeyType::Number => "binary",
                };
                return Err(refused(format!(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute \
                     cannot contain an empty {empty} value. Key: {name}"
                )));
            }
            if bytes.len() > limit {
                return Err(refused(format!(
                    "{INVALID}Aggregated size of all {what} keys has exceeded the size limit of {limit} \
                     bytes"
                )));
            }
        }
        row.push(order);
    }
    Ok(row)
}

/// An item to be put.
pub(crate) fn item(item: &Attributes) -> Result<(), Failure> {
    attributes(item, "Item size has exceeded the maximum allowed size")
}

/// An item as an update leaves it.
pub(crate) fn updated(item: &Attributes) -> Result<(), Failure> {
    attributes(item, "Item size to update has exceeded the maximum allowed size")
}

fn attributes(item: &Attributes, too_large: &str) -> Result<(), Failure> {
    for value in item.values() {
        self::value(value, 1)?;
    }
    let size: usize = item.iter().map(|(name, value)| name.len() + size(value)).sum();
    if size > ITEM { Err(refused(too_large)) } else { Ok(()) }
}

/// What an update sets and removes.
pub(crate) fn update(schema: Schema, update: &Update) -> Result<(), Failure> {
    operands(update.set.iter().map(|(_, operand)| operand))?;
    let named = || update.set.iter().map(|(name, _)| name).chain(&update.remove);
    let mut seen = BTreeSet::new();
    for name in named() {
        if !seen.insert(name) {
            return Err(refused(format!(
                "Invalid UpdateExpression: Two document paths overlap with each other; must remove or \
                 rewrite one of these paths; path one: [{name}], path two: [{name}]"
            )));
        }
    }
    for key in schema.keys() {
        if named().any(|name| name == key.name()) {
            return Err(refused(format!(
                "{INVALID}Cannot update attribute {}. This attribute is part of the key",
                key.name()
            )));
        }
    }
    Ok(())
}

/// What a condition compares with.
pub(crate) fn condition(condition: &Condition) -> Result<(), Failure> {
    operands(condition.operands().into_iter())?;
    ordered(condition)
}

/// Only numbers, texts and bytes come before others ("Comparison operator and function reference").
fn ordered(condition: &Condition) -> Result<(), Failure> {
    match condition {
        Condition::Below(_, Operand(Ok(bound))) if order(bound).is_none() => Err(refused(format!(
            "Invalid ConditionExpression: Incorrect operand type for operator or function; operator: \
                 <, operand type: {}",
            letter(bound)
        ))),
        Condition::All(one, other) | Condition::Any(one, other) => {
            ordered(one)?;
            ordered(other)
        }
        Condition::Below(..)
        | Condition::Always
        | Condition::Absent
        | Condition::Exists
        | Condition::Equals(..)
        | Condition::Lacks(_) => Ok(()),
    }
}

fn operands<'o>(operands: impl Iterator<Item = &'o Operand>) -> Result<(), Failure> {
    for operand in operands {
        match &operand.0 {
            Ok(value) => self::value(value, 1)?,
            Err(why) => return Err(Failure::malformed("value", why)),
        }
    }
    Ok(())
}

fn value(value: &AttributeValue, depth: usize) -> Result<(), Failure> {
    if depth > DEPTH {
        return Err(refused(
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels \
             beyond supported limit",
        ));
    }
    match value {
        AttributeValue::N(text) => match text.parse::<Number>() {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(error)),
        },
        AttributeValue::S(_)
        | AttributeValue::Bool(_)
        | AttributeValue::B(_)
        | AttributeValue::Null(_) => Ok(()),
        AttributeValue::M(map) => map.values().try_for_each(|value| self::value(value, depth + 1)),
        AttributeValue::L(list) => list.iter().try_for_each(|value| self::value(value, depth + 1)),
        AttributeValue::Ss(texts) => {
            set(texts, "An string set  may not be empty", |text| Ok(text.clone()))
        }
        AttributeValue::Ns(texts) => set(texts, "An number set  may not be empty", |text| {
            text.parse::<Number>().map_err(refused)
        }),
        AttributeValue::Bs(all) => {
            set(all, "Binary sets should not be empty", |bytes| Ok(bytes.clone()))
        }
    }
}

fn set<T, M: Ord>(
    members: &[T],
    empty: &str,
    member: impl Fn(&T) -> Result<M, Failure>,
) -> Result<(), Failure> {
    if members.is_empty() {
        return Err(refused(format!("{INVALID}{empty}")));
    }
    let mut seen = BTreeSet::new();
    for one in members {
        if !seen.insert(member(one)?) {
            // DynamoDB lists what it was given; that may be a secret.
            return Err(refused(format!("{INVALID}Input collection contains duplicates.")));
        }
    }
    Ok(())
}

/// Bytes of a value ("DynamoDB item sizes and formats"); of a number roughly, as it says there.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::N(text) => number_size(text),
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(bytes) => bytes.len(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::M(map) => {
            3 + map.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>()
        }
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(texts) => texts.iter().map(|text| number_size(text)).sum(),
        AttributeValue::Bs(all) => all.iter().map(Vec::len).sum(),
    }
}

/// One byte for two significant digits, and one more.
fn number_size(text: &str) -> usize {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0').len();
    1 + significant.div_ceil(2) + usize::from(text.starts_with('-'))
}

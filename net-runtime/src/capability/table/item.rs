//! Items: what DynamoDB holds, and the Rust types that go in and come out.

use crate::Failure;
use net_dsl::{NUMBER, NUMBERS, Number};
use serde::{Serialize, de::DeserializeOwned};
pub use serde_dynamo::AttributeValue;
use serde_json::Value;
use std::collections::HashMap;

/// The attributes of an item, by name.
pub type Attributes = HashMap<String, AttributeValue>;

/// Who put the item, if that was conditional. See [`TableAccess`](super::TableAccess).
pub(crate) const PUT_BY: &str = "$net-put";
/// Who updated the item last, of those who did so conditionally.
pub(crate) const UPDATED_BY: &str = "$net-update";

/// A value as an attribute: what serde calls bytes is binary, a [`Number`] is a number.
pub(crate) fn attribute(value: &(impl Serialize + ?Sized)) -> Result<AttributeValue, String> {
    serde_dynamo::to_attribute_value(value).map(unmark).map_err(|error| error.to_string())
}

/// An item as its attributes.
///
/// # Errors
/// [`Failure::Malformed`], if it is no object or has an attribute of this runtime's own.
pub fn attributes<T: Serialize>(item: &T, name: &'static str) -> Result<Attributes, Failure> {
    let item: Attributes = match attribute(item) {
        Ok(AttributeValue::M(item)) => item,
        Ok(_) => return Err(Failure::malformed(name, "an item is an object")),
        Err(error) => return Err(Failure::malformed(name, error)),
    };
    match [PUT_BY, UPDATED_BY].into_iter().find(|own| item.contains_key(*own)) {
        Some(own) => {
            let why = format!("attribute `{own}` is this runtime's own; rename yours");
            Err(Failure::malformed(name, why))
        }
        None => Ok(item),
    }
}

/// An item from its attributes, without those of ours.
///
/// # Errors
/// [`Failure::Malformed`], if it is something else.
pub fn load<T: DeserializeOwned>(item: Attributes, name: &'static str) -> Result<T, Failure> {
    serde_dynamo::from_item(readable(item)).map_err(|error| Failure::malformed(name, error))
}

/// What a stream's image holds, as a value that serde reads without loss; null if there is no image.
///
/// # Errors
/// Why it is no image.
pub(crate) fn image(image: &Value) -> Result<AttributeValue, String> {
    if image.is_null() {
        return Ok(AttributeValue::Null(true));
    }
    let item: Attributes =
        serde_json::from_value(image.clone()).map_err(|error| error.to_string())?;
    Ok(AttributeValue::M(readable(item)))
}

/// An item as JSON, as far as JSON can say it: bytes are lists of numbers.
pub fn json(item: Attributes) -> Value {
    serde_dynamo::from_item(readable(item)).unwrap_or_default()
}

fn readable(item: Attributes) -> Attributes {
    let theirs = item.into_iter().filter(|(name, _)| name != PUT_BY && name != UPDATED_BY);
    theirs.map(|(name, value)| (name, mark(value))).collect()
}

/// Serde has no numbers of 38 digits: what its own would round travels as text with a mark, which
/// [`Number`] reads. A type that would have rounded it fails instead.
fn mark(value: AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::N(text) if !is_exact(&text) => {
            AttributeValue::M([(NUMBER.to_owned(), AttributeValue::S(text))].into())
        }
        AttributeValue::Ns(texts) if !texts.iter().all(|text| is_exact(text)) => {
            let texts = texts.into_iter().map(AttributeValue::S).collect();
            AttributeValue::M([(NUMBERS.to_owned(), AttributeValue::L(texts))].into())
        }
        AttributeValue::M(map) => {
            AttributeValue::M(map.into_iter().map(|(name, value)| (name, mark(value))).collect())
        }
        AttributeValue::L(list) => AttributeValue::L(list.into_iter().map(mark).collect()),
        other => other,
    }
}

fn unmark(value: AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::M(map) => match <[_; 1]>::try_from(map.into_iter().collect::<Vec<_>>()) {
            Ok([(name, AttributeValue::S(text))]) if name == NUMBER => AttributeValue::N(text),
            Ok([(name, AttributeValue::L(numbers))]) if name == NUMBERS => {
                let text = |number| match number {
                    AttributeValue::S(text) => text,
                    _ => String::new(),
                };
                AttributeValue::Ns(numbers.into_iter().map(text).collect())
            }
            Ok([(name, value)]) => AttributeValue::M([(name, unmark(value))].into()),
            Err(map) => AttributeValue::M(
                map.into_iter().map(|(name, value)| (name, unmark(value))).collect(),
            ),
        },
        AttributeValue::L(list) => AttributeValue::L(list.into_iter().map(unmark).collect()),
        other => other,
    }
}

/// Whether a number is one of serde's without loss.
fn is_exact(text: &str) -> bool {
    let whole = text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
    whole
        || match (text.parse::<f64>(), text.parse::<Number>()) {
            (Ok(float), Ok(number)) => float.to_string().parse() == Ok(number),
            _ => false,
        }
}

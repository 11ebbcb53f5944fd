//! When values are equal, and how DynamoDB orders them.
//!
//! Sources, by the titles of DynamoDB's developer guide: "Query", "Comparison operator and function reference".

use super::item::AttributeValue;
use net_dsl::Number;
use std::{cmp::Ordering, collections::BTreeSet};

/// One value of a key, ordered as DynamoDB orders a sort key: numbers by value, texts by their UTF-8 bytes,
/// bytes as unsigned numbers ("Query").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyOrder {
    Number(Number),
    Bytes(Vec<u8>),
}

/// The type of a value, as DynamoDB writes it.
pub(super) fn letter(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::N(_) => "N",
        AttributeValue::S(_) => "S",
        AttributeValue::Bool(_) => "BOOL",
        AttributeValue::B(_) => "B",
        AttributeValue::Null(_) => "NULL",
        AttributeValue::M(_) => "M",
        AttributeValue::L(_) => "L",
        AttributeValue::Ss(_) => "SS",
        AttributeValue::Ns(_) => "NS",
        AttributeValue::Bs(_) => "BS",
    }
}

/// The order of a value, if it can be a key.
pub(super) fn order(value: &AttributeValue) -> Option<KeyOrder> {
    match value {
        AttributeValue::N(text) => text.parse().ok().map(KeyOrder::Number),
        AttributeValue::S(text) => Some(KeyOrder::Bytes(text.as_bytes().to_vec())),
        AttributeValue::B(bytes) => Some(KeyOrder::Bytes(bytes.clone())),
        AttributeValue::Bool(_)
        | AttributeValue::Null(_)
        | AttributeValue::M(_)
        | AttributeValue::L(_)
        | AttributeValue::Ss(_)
        | AttributeValue::Ns(_)
        | AttributeValue::Bs(_) => None,
    }
}

/// Whether two values are the same: of one type, numbers by value, sets in any order.
pub(crate) fn equal(one: &AttributeValue, other: &AttributeValue) -> bool {
    let number = |text: &String| text.parse::<Number>().ok();
    match (one, other) {
        (AttributeValue::N(one), AttributeValue::N(other)) => number(one) == number(other),
        (AttributeValue::M(one), AttributeValue::M(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|other| equal(value, other)))
        }
        (AttributeValue::L(one), AttributeValue::L(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (AttributeValue::Ss(one), AttributeValue::Ss(other)) => {
            one.iter().collect::<BTreeSet<_>>() == other.iter().collect()
        }
        (AttributeValue::Bs(one), AttributeValue::Bs(other)) => {
            one.iter().collect::<BTreeSet<_>>() == other.iter().collect()
        }
        (AttributeValue::Ns(one), AttributeValue::Ns(other)) => {
            one.iter().map(number).collect::<BTreeSet<_>>() == other.iter().map(number).collect()
        }
        (one, other) => one == other,
    }
}

/// Whether one value comes before another of its type; values of two types do not.
pub(crate) fn below(one: &AttributeValue, other: &AttributeValue) -> bool {
    letter(one) == letter(other)
        && matches!((order(one), order(other)),
            (Some(one), Some(other)) if one.cmp(&other) == Ordering::Less)
}

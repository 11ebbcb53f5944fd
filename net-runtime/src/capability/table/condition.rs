//! What must hold for a write, and what an update changes.

use super::{
    compare::{below, equal},
    item::{AttributeValue, Attributes, attribute},
};
use serde::Serialize;

/// A value that an attribute is compared with or set to.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand(pub(crate) Result<AttributeValue, String>);

impl Operand {
    /// Any value that serde knows, as an item's field of that type would be stored.
    pub fn new(value: impl Serialize) -> Operand {
        Operand(attribute(&value))
    }
}

impl From<AttributeValue> for Operand {
    /// A value as DynamoDB says it.
    fn from(value: AttributeValue) -> Operand {
        Operand(Ok(value))
    }
}

/// What must hold of the item that is there for a write to happen.
///
/// ```
/// use net_runtime::Condition;
///
/// let open = Condition::equals("status", "SENT").or(Condition::equals("status", "INTENT"));
/// let free = open.or(Condition::Absent);
/// # let _ = free;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Nothing.
    Always,
    /// There is no item.
    Absent,
    /// There is an item.
    Exists,
    /// An attribute has a value, of the same type; numbers are equal by value.
    Equals(String, Operand),
    /// An attribute comes before a value of the same type: numbers by value, texts by their UTF-8
    /// bytes, bytes as unsigned numbers.
    Below(String, Operand),
    /// An attribute is not there.
    Lacks(String),
    /// Both hold.
    All(Box<Condition>, Box<Condition>),
    /// One holds at the least.
    Any(Box<Condition>, Box<Condition>),
}

impl Condition {
    /// An attribute has a value.
    pub fn equals(attribute: &str, value: impl Serialize) -> Condition {
        Condition::Equals(attribute.to_owned(), Operand::new(value))
    }

    /// An attribute comes before a value.
    pub fn below(attribute: &str, value: impl Serialize) -> Condition {
        Condition::Below(attribute.to_owned(), Operand::new(value))
    }

    /// An attribute is not there.
    pub fn lacks(attribute: &str) -> Condition {
        Condition::Lacks(attribute.to_owned())
    }

    /// Both this and the other.
    pub fn and(self, other: Condition) -> Condition {
        Condition::All(Box::new(self), Box::new(other))
    }

    /// This or the other or both.
    pub fn or(self, other: Condition) -> Condition {
        Condition::Any(Box::new(self), Box::new(other))
    }

    /// Whether it holds whatever is there.
    pub(crate) fn is_always(&self) -> bool {
        match self {
            Condition::Always => true,
            Condition::All(one, other) => one.is_always() && other.is_always(),
            Condition::Any(one, other) => one.is_always() || other.is_always(),
            Condition::Absent
            | Condition::Exists
            | Condition::Equals(..)
            | Condition::Below(..)
            | Condition::Lacks(_) => false,
        }
    }

    /// Whether it holds of an item, or of there being none.
    pub(crate) fn holds(&self, item: Option<&Attributes>) -> bool {
        let get = |attribute: &String| item.and_then(|item| item.get(attribute));
        match self {
            Condition::Always => true,
            Condition::Absent => item.is_none(),
            Condition::Exists => item.is_some(),
            Condition::Equals(attribute, Operand(value)) => {
                matches!((get(attribute), value), (Some(one), Ok(other)) if equal(one, other))
            }
            Condition::Below(attribute, Operand(bound)) => {
                matches!((get(attribute), bound), (Some(one), Ok(other)) if below(one, other))
            }
            Condition::Lacks(attribute) => get(attribute).is_none(),
            Condition::All(one, other) => one.holds(item) && other.holds(item),
            Condition::Any(one, other) => one.holds(item) || other.holds(item),
        }
    }

    /// The values in it, in order.
    pub(crate) fn operands(&self) -> Vec<&Operand> {
        match self {
            Condition::Equals(_, operand) | Condition::Below(_, operand) => vec![operand],
            Condition::All(one, other) | Condition::Any(one, other) => {
                [one.operands(), other.operands()].concat()
            }
            Condition::Always | Condition::Absent | Condition::Exists | Condition::Lacks(_) => {
                Vec::new()
            }
        }
    }
}

/// Which attributes of an item change.
///
/// There is no increment: one whose reply was lost could not be told from one that was not applied.
/// Read the item, and set what follows under the condition that it still is what you read.
///
/// ```
/// use net_runtime::Update;
///
/// let update = Update::set("status", "DONE").and_remove("request");
/// # let _ = update;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    pub(crate) set: Vec<(String, Operand)>,
    pub(crate) remove: Vec<String>,
}

impl Update {
    /// Gives an attribute a value.
    pub fn set(attribute: &str, value: impl Serialize) -> Update {
        Update::default().and_set(attribute, value)
    }

    /// Gives another attribute a value.
    pub fn and_set(mut self, attribute: &str, value: impl Serialize) -> Update {
        self.set.push((attribute.to_owned(), Operand::new(value)));
        self
    }

    /// Gives another attribute a value as DynamoDB says it.
    pub fn and_set_operand(mut self, attribute: &str, operand: Operand) -> Update {
        self.set.push((attribute.to_owned(), operand));
        self
    }

    /// Takes an attribute away.
    pub fn remove(attribute: &str) -> Update {
        Update::default().and_remove(attribute)
    }

    /// Takes another attribute away.
    pub fn and_remove(mut self, attribute: &str) -> Update {
        self.remove.push(attribute.to_owned());
        self
    }

    pub(crate) fn apply(&self, item: &mut Attributes) {
        for (attribute, Operand(value)) in &self.set {
            if let Ok(value) = value {
                item.insert(attribute.clone(), value.clone());
            }
        }
        for attribute in &self.remove {
            item.remove(attribute);
        }
    }
}

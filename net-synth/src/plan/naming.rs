//! What resources are called: logical ids, which are functions of entities' names alone, and the
//! names that AWS shows.

use super::{Value, types};
use net_dsl::Id;
use smol_str::{SmolStr, SmolStrBuilder};
use std::{fmt, sync::Arc};

/// What a resource, parameter or output is called inside a template. Cloning counts a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalId(Arc<str>);

impl LogicalId {
    /// The id as text: letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `async-processor`, `Function` → `AsyncProcessorFunction`.
    pub(crate) fn of(entity: &Id, suffix: &str) -> LogicalId {
        let mut id = SmolStrBuilder::new();
        push_pascal(&mut id, entity.as_str());
        id.push_str(suffix);
        LogicalId::new(&id.finish())
    }

    /// `clock`, `poller`, `Schedule` → `ClockToPollerSchedule`.
    pub(super) fn of_link(from: &Id, to: &Id, label: &str, suffix: &str) -> LogicalId {
        let mut id = SmolStrBuilder::new();
        push_pascal(&mut id, from.as_str());
        id.push_str("To");
        push_pascal(&mut id, to.as_str());
        push_route(&mut id, label);
        id.push_str(suffix);
        LogicalId::new(&id.finish())
    }

    pub(crate) fn new(id: &str) -> LogicalId {
        LogicalId(Arc::from(id))
    }
}

impl fmt::Display for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The same as [`Id::pascal_case`], into a builder.
pub(super) fn push_pascal(out: &mut SmolStrBuilder, name: &str) {
    for part in name.split('-') {
        let mut letters = part.chars();
        if let Some(first) = letters.next() {
            out.push(first.to_ascii_uppercase());
            out.push_str(letters.as_str());
        }
    }
}

/// `POST /orders/{order}` → `PostOrdersOrder`; what is neither letter nor digit is spelt as its
/// code, so that two routes never share an id.
fn push_route(out: &mut SmolStrBuilder, route: &str) {
    let Some((method, path)) = route.split_once(' ') else { return };
    let mut method = method.chars();
    out.extend(method.next());
    out.push_str(&method.as_str().to_ascii_lowercase());
    let mut upper = true;
    for letter in path.chars() {
        match letter {
            '/' => upper = true,
            '{' => out.push_str("By"),
            '}' => {}
            _ if letter.is_ascii_alphanumeric() => {
                out.push(if upper { letter.to_ascii_uppercase() } else { letter });
                upper = false;
            }
            other => out.push_str(&format!("X{:x}", u32::from(other))),
        }
    }
}

/// The stack's name: the network's.
pub fn stack_name(network: &net_dsl::Name) -> &str {
    network.id().as_str()
}

/// How resources of a type are named where AWS shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhysicalName {
    /// The property with the name; where it is not set, CloudFormation makes one up.
    pub property: &'static str,
    /// The longest name, in characters (each service's quotas).
    pub limit: usize,
}

impl PhysicalName {
    /// How the resources of a CloudFormation type are named, if they have names.
    pub fn of(resource_type: &str) -> Option<PhysicalName> {
        let (property, limit) = match resource_type {
            types::API => ("Name", 128),
            types::FUNCTION => ("FunctionName", 64),
            types::LOG_GROUP => ("LogGroupName", 512),
            types::QUEUE => ("QueueName", 80),
            types::ROLE => ("RoleName", 64),
            types::SCHEDULE => ("Name", 64),
            types::TABLE => ("TableName", 255),
            types::TOPIC => ("TopicName", 256),
            _ => return None,
        };
        Some(PhysicalName { property, limit })
    }

    /// What the name has to end in: SQS wants to see in it that a queue is a FIFO queue.
    pub fn suffix(properties: &Value) -> &'static str {
        match properties.get("FifoQueue") {
            Some(Value::Bool(true)) => ".fifo",
            _ => "",
        }
    }
}

/// `stack-entity`: the physical name where a reference would close a cycle.
pub(super) fn derived_name(id: &Id) -> Value {
    use super::Pseudo::StackName;
    Value::join([StackName.into(), "-".into(), SmolStr::new(id.as_str()).into()])
}

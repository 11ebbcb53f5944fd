//! What resources are called: logical ids, which are functions of entities' names alone, and the
//! names that AWS shows.

use super::{Value, types};
use net_dsl::{Id, logical};
use smol_str::SmolStr;
use std::{fmt, sync::Arc};

/// What a resource, parameter or output is called inside a template. Cloning counts a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalId(Arc<str>);

impl LogicalId {
    /// The id as text: letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a resource of an entity.
    pub(crate) fn of(entity: &Id, suffix: &str) -> LogicalId {
        LogicalId::new(&logical::of(entity, suffix))
    }

    /// The id of a resource of a link; of a route, that of its API and the route alone.
    pub(super) fn of_link(from: &Id, to: &Id, label: &str, suffix: &str) -> LogicalId {
        LogicalId::new(&match label {
            "" => logical::of_link(from, to, suffix),
            route => logical::of_route(from, route, suffix),
        })
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

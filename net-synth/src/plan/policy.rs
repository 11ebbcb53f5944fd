//! Statements: who may do what to what.

use super::{Pseudo, Value, value::object};
use smol_str::SmolStr;

/// A policy document of some statements.
pub(super) fn document(statements: Vec<Value>) -> Value {
    object! { "Version": "2012-10-17", "Statement": statements }
}

/// A statement of a role's policy: it always allows, since nothing is said twice and nothing has to be
/// denied. `sid` says what it is for, in letters and digits, and is unique in its policy.
pub(super) fn allow(
    sid: impl Into<SmolStr>,
    actions: &'static [&'static str],
    resource: Value,
) -> Value {
    let sid: SmolStr = sid.into();
    object! { "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource }
}

/// The policy that lets a service act in a role, for this account's resources alone if need be.
pub(super) fn trust(service: &'static str, this_account_only: bool) -> Value {
    let condition = this_account_only.then(|| {
        object! { "StringEquals": object! { "aws:SourceAccount": Pseudo::AccountId } }
    });
    document(vec![object! {
        "Effect": "Allow",
        "Principal": object! { "Service": service },
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }])
}

/// The policy that lets topics send to a queue.
pub(super) fn topics_send(queue: Value, topics: Vec<Value>) -> Value {
    let mut topics = topics;
    let topics = if topics.len() == 1 { topics.remove(0) } else { topics.into() };
    document(vec![object! {
        "Sid": "TopicsSend",
        "Effect": "Allow",
        "Principal": object! { "Service": "sns.amazonaws.com" },
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": object! { "ArnEquals": object! { "aws:SourceArn": topics } },
    }])
}

//! Statements: who may do what to what.

use super::{Pseudo, Sender, Value, value::object};
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

/// The same under a condition.
pub(super) fn allow_if(
    sid: impl Into<SmolStr>,
    actions: &'static [&'static str],
    resource: Value,
    condition: Value,
) -> Value {
    let sid: SmolStr = sid.into();
    object! {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": resource,
        "Condition": condition,
    }
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

/// The policy that lets services send to a queue or a topic; a statement for each service.
pub(super) fn senders(action: &'static str, resource: &Value, senders: Vec<Sender>) -> Value {
    let mut statements: Vec<(Sender, Vec<Value>)> = Vec::new();
    for sender in senders {
        match statements.iter_mut().find(|(first, _)| first.sid == sender.sid) {
            Some((_, sources)) => sources.push(sender.source),
            None => {
                let source = sender.source.clone();
                statements.push((sender, vec![source]));
            }
        }
    }
    let statements = statements.into_iter().map(|(sender, mut sources)| {
        let sources = if sources.len() == 1 { sources.remove(0) } else { sources.into() };
        let account =
            sender.in_this_account.then(|| object! { "aws:SourceAccount": Pseudo::AccountId });
        object! {
            "Sid": sender.sid,
            "Effect": "Allow",
            "Principal": object! { "Service": sender.service },
            "Action": action,
            "Resource": resource.clone(),
            "Condition": object! {
                "ArnEquals": object! { "aws:SourceArn": sources },
                "StringEquals": account,
            },
        }
    });
    document(statements.collect())
}

//! What a role needs because of what overlays set: tracing, a network of one's own, other places for logs
//! and failures.

use super::{
    LogicalId, Planner, Pseudo, Untold, Value,
    key::{self, Key},
    of,
    policy::allow,
    types,
};
use net_dsl::Facts;
use smol_str::format_smolstr;
use std::slice;

/// "Visualize Lambda function invocations using AWS X-Ray", AWS Lambda Developer Guide; X-Ray has no
/// resources for these actions.
const TRACES: &[&str] = &["xray:PutTelemetryRecords", "xray:PutTraceSegments"];
/// "Giving Lambda functions access to resources in an Amazon VPC", AWS Lambda Developer Guide: Lambda makes
/// network interfaces in the function's name, and AWS has no resources for describing them.
const NETWORK: &[&str] = &[
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
];

/// Where Lambda puts events that a function has failed on.
const FAILED_EVENTS: &str = "function/DeadLetterConfig/TargetArn";
/// Where Lambda puts records of a stream that a function has failed on.
const FAILED_RECORDS: &str = "mapping/DestinationConfig/OnFailure/Destination";
/// Where Scheduler puts ticks that it could not deliver.
const LOST_TICKS: &str = "schedule/Target/DeadLetterConfig/Arn";
const LOG_GROUP: &str = "function/LoggingConfig/LogGroup";

/// The statements of a function's role that follow from overrides of the function.
pub(super) fn statements(planner: &Planner<'_, '_>, facts: &Facts) -> Vec<Value> {
    let traces = facts.property("function/TracingConfig/Mode").is_some_and(|mode| mode == "Active");
    let has_network = facts.property("function/VpcConfig/SubnetIds").is_some_and(|subnets| {
        !subnets.is_null() && subnets.as_array().is_none_or(|list| !list.is_empty())
    });
    let mut statements = sends(planner, facts, FAILED_EVENTS, "SendsFailures");
    if traces {
        statements.push(allow("Traces", TRACES, "*".into()));
    }
    if has_network {
        statements.push(allow("JoinsNetwork", NETWORK, "*".into()));
    }
    statements
}

/// The statements about where an event source mapping puts what has failed, by an override.
pub(super) fn failures(planner: &Planner<'_, '_>, link: &Facts, sid: &str) -> Vec<Value> {
    sends(planner, link, FAILED_RECORDS, sid)
}

/// The statements about where a schedule puts ticks that could not be delivered, by an override.
pub(super) fn lost_ticks(planner: &Planner<'_, '_>, facts: &Facts) -> Vec<Value> {
    sends(planner, facts, LOST_TICKS, "SendsLostTicks")
}

impl Planner<'_, '_> {
    /// Notes the overrides of an entity, and of the links that leave it, that leave open what a role has
    /// to be allowed.
    pub(super) fn note_places(&mut self, number: usize) {
        let node = self.node(number);
        let (entity, facts) = (node.id, node.facts);
        for property in [FAILED_EVENTS, LOST_TICKS, LOG_GROUP] {
            if is_untold(self, facts, property) {
                self.plan.untold.push(Untold { entity, facts, property });
            }
        }
        for facts in node.out.iter().map(|(_, link)| link.facts()) {
            if is_untold(self, facts, FAILED_RECORDS) {
                self.plan.untold.push(Untold { entity, facts, property: FAILED_RECORDS });
            }
        }
    }
}

/// Whether an override says where something goes, and not so that a statement could name it.
fn is_untold(planner: &Planner<'_, '_>, facts: &Facts, property: &str) -> bool {
    match place(planner, facts, property) {
        None => false,
        Some(_) if property == LOG_GROUP => log_group(planner, facts).is_none(),
        Some(target) => destination(planner, &target).is_none(),
    }
}

/// The statements that let a role send where an override says, with the key of what is encrypted there.
fn sends(planner: &Planner<'_, '_>, facts: &Facts, property: &str, sid: &str) -> Vec<Value> {
    let Some(target) = place(planner, facts, property) else { return Vec::new() };
    let Some(actions) = destination(planner, &target) else { return Vec::new() };
    let key = encrypted_by(planner, &target)
        .and_then(|key| key.allows(format_smolstr!("{sid}Encrypted"), key::SENDS, None));
    [allow(sid, actions, target)].into_iter().chain(key).collect()
}

fn place(planner: &Planner<'_, '_>, facts: &Facts, property: &str) -> Option<Value> {
    let place = planner.overridden(facts, property)?;
    let is_set = !matches!(place, Value::Null | Value::Pseudo(Pseudo::NoValue));
    is_set.then_some(place)
}

/// What sending to a queue or a topic takes; none if a value is neither, or if nobody can tell.
fn destination(planner: &Planner<'_, '_>, target: &Value) -> Option<&'static [&'static str]> {
    const QUEUE: &[&str] = &["sqs:SendMessage"];
    const TOPIC: &[&str] = &["sns:Publish"];
    let is = |id, kind: &str| planner.called(id).is_some_and(|(_, called)| called == kind);
    let says = |what: &str| {
        let parts = if let Value::Join(parts) = target { parts } else { slice::from_ref(target) };
        parts.iter().filter_map(Value::as_text).any(|text| text.contains(what))
    };
    match target {
        Value::Text(_) | Value::Join(_) if says(":sqs:") => Some(QUEUE),
        Value::Text(_) | Value::Join(_) if says(":sns:") => Some(TOPIC),
        Value::Arn(id) if is(id, types::QUEUE) => Some(QUEUE),
        // `Ref` gives a topic's ARN.
        Value::Ref(id) if is(id, types::TOPIC) => Some(TOPIC),
        Value::Attribute(of) if is(&of.0, types::TOPIC) => Some(TOPIC),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Ref(_)
        | Value::Arn(_)
        | Value::Attribute(_)
        | Value::Pseudo(_)
        | Value::Join(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Map(_)
        | Value::Fixed(_) => None,
    }
}

/// The key of a queue or a topic of the network that a value refers to.
fn encrypted_by(planner: &Planner<'_, '_>, target: &Value) -> Option<Key> {
    let mut found = None;
    target.references(&mut |id, _| found = found.take().or(Some(LogicalId::new(id))));
    let (node, _) = planner.called(&found?)?;
    let property = match of(node.kind?).encryption() {
        Some(encryption) => encryption.property,
        // Of what is a queue or a topic, only raw resources are left.
        None => "resource/KmsMasterKeyId",
    };
    planner.key(node.facts, property)
}

/// The log group that an override names, as a statement names its streams.
pub(super) fn log_group(planner: &Planner<'_, '_>, facts: &Facts) -> Option<Value> {
    let group = place(planner, facts, LOG_GROUP)?;
    let name = match group {
        Value::Ref(id) => {
            let (_, kind) = planner.called(&id)?;
            return (kind == types::LOG_GROUP).then_some(Value::Arn(id));
        }
        Value::Text(_) | Value::Join(_) => group,
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Arn(_)
        | Value::Attribute(_)
        | Value::Pseudo(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Map(_)
        | Value::Fixed(_) => return None,
    };
    Some(Value::join([
        "arn:".into(),
        Pseudo::Partition.into(),
        ":logs:".into(),
        Pseudo::Region.into(),
        ":".into(),
        Pseudo::AccountId.into(),
        ":log-group:".into(),
        name,
        ":*".into(),
    ]))
}

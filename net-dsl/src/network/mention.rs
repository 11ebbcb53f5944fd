//! Properties that refer to entities, as something like links.

use super::{Graph, GraphNode};
use crate::{
    entity::{Kind, Unlinked, raw::RESOURCE_TYPE},
    property::PROPERTY,
    reference::{Meaning, may_refer, replace},
};

/// An entity that a property refers to, or whose property refers to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mention {
    /// The number of the other entity.
    pub other: usize,
    /// What the reference is for.
    pub flow: Flow,
}

/// What a reference is for, as far as the type of the raw resource and its property show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// What refers starts the function that it refers to, or sends to the queue or the topic.
    Starts,
    /// What refers takes what comes out: an event source mapping, a subscription.
    Takes,
    /// It may take what comes out: the type does not show.
    MayTake,
    /// It watches, permits, encrypts or describes, and nothing runs by it.
    Rests,
}

/// Properties that show what a reference in them is for.
const BY_PROPERTY: &[(&str, &str, Flow)] = &[
    ("AWS::CloudWatch::Alarm", "AlarmActions", Flow::Starts),
    ("AWS::CloudWatch::Alarm", "InsufficientDataActions", Flow::Starts),
    ("AWS::CloudWatch::Alarm", "OKActions", Flow::Starts),
    ("AWS::CloudWatch::CompositeAlarm", "AlarmActions", Flow::Starts),
    ("AWS::CloudWatch::CompositeAlarm", "InsufficientDataActions", Flow::Starts),
    ("AWS::CloudWatch::CompositeAlarm", "OKActions", Flow::Starts),
    ("AWS::Lambda::EventSourceMapping", "EventSourceArn", Flow::Takes),
    ("AWS::Logs::SubscriptionFilter", "DestinationArn", Flow::Starts),
    ("AWS::Pipes::Pipe", "Source", Flow::Takes),
    ("AWS::SNS::Subscription", "TopicArn", Flow::Takes),
];

/// Types, or what their names start with, by which nothing runs.
const RESTS: &[&str] = &[
    "AWS::ApplicationAutoScaling::",
    "AWS::Backup::",
    "AWS::Budgets::",
    "AWS::CloudWatch::",
    "AWS::IAM::",
    "AWS::KMS::",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Version",
    "AWS::Logs::",
    "AWS::ResourceGroups::",
    "AWS::SNS::TopicInlinePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueueInlinePolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
];

/// Types that send to the queues and topics that they refer to.
const SENDS: &[&str] = &[
    "AWS::Events::Rule",
    "AWS::Pipes::Pipe",
    "AWS::S3::Bucket",
    "AWS::SES::ReceiptRule",
    "AWS::SNS::Subscription",
    "AWS::Scheduler::Schedule",
];

fn flow(from: &GraphNode<'_>, property: &str, to: &GraphNode<'_>, is_main: bool) -> Flow {
    let Some(kind) = from.facts.get(RESOURCE_TYPE) else { return Flow::Rests };
    if !is_main {
        return Flow::Rests;
    }
    let top = property.split('/').next().unwrap_or_default();
    if let Some((.., flow)) = BY_PROPERTY.iter().find(|(of, name, _)| *of == kind && *name == top) {
        return *flow;
    }
    if RESTS.iter().any(|rests| kind.starts_with(rests)) {
        return Flow::Rests;
    }
    if to.kind == Some(Kind::Function) {
        return Flow::Starts;
    }
    match to.descriptor().and_then(|kind| kind.unlinked) {
        Some(Unlinked::Conduit { .. }) if SENDS.contains(&&*kind) => Flow::Starts,
        Some(Unlinked::Conduit { .. } | Unlinked::Source { .. }) => Flow::MayTake,
        None => Flow::Rests,
    }
}

/// Every mention: who refers to whom, and what for; in order, each once.
pub(super) fn all(graph: &Graph<'_>) -> Vec<(usize, usize, Flow)> {
    let mut found = Vec::new();
    for (from, node) in graph.nodes.iter().enumerate() {
        for facts in std::iter::once(node.facts).chain(node.out.iter().map(|(_, link)| &link.facts))
        {
            for (path, flat) in facts.below(PROPERTY) {
                // `part/property/…`
                let property = path.split_once('/').map_or(path, |(_, property)| property);
                let refers = flat.agreed().filter(|value| may_refer(value.text()));
                let Some(mut json) = refers.map(crate::facts::Value::to_json) else { continue };
                replace(&mut json, &mut |id, _| {
                    let referred = graph.referred(id).filter(|(to, _)| *to != from);
                    found.extend(referred.map(|(to, suffix)| {
                        let target = &graph.nodes[to];
                        let main = target.descriptor().and_then(|kind| kind.suffixes.first());
                        (from, to, flow(node, property, target, main == Some(&suffix)))
                    }));
                    None
                });
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl Graph<'_> {
    /// The entity that an id in a property is of, `OrdersQueue` or `@orders`, and the end of the
    /// logical id of its resource: one of its kind's [`suffixes`](crate::entity::Descriptor::suffixes). O(log n).
    pub fn referred(&self, id: &str) -> Option<(usize, &'static str)> {
        Meaning::all(id).into_iter().find_map(|Meaning { entity, suffix }| {
            let number = self.nodes.binary_search_by(|node| node.id.as_str().cmp(&entity)).ok()?;
            let suffixes = self.nodes[number].descriptor()?.suffixes;
            let found = match suffix.as_str() {
                "" => suffixes.first(),
                suffix => suffixes.iter().find(|known| **known == suffix),
            };
            Some((number, *found?))
        })
    }
}

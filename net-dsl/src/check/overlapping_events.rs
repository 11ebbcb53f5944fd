#![doc = include_str!("overlapping_events.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Link,
    entity::{
        Kind,
        bucket::{self, EVENT, PREFIX, SUFFIX},
    },
};

/// Bucket that tells two of one event.
pub const RULE: Rule = Rule {
    code: "N702",
    severity: Severity::Error,
    title: "bucket that tells two of one event",
    acceptable: false,
    explanation: include_str!("overlapping_events.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Bucket) {
        // A bus is told of everything by EventBridge, and not by a notification of S3's.
        let is_bus = |to: usize| context.node(to).kind == Some(Kind::EventBus);
        let told: Vec<&(usize, &Link)> = node
            .out
            .iter()
            .filter(|(to, link)| link.facts().get(EVENT).is_some() && !is_bus(*to))
            .collect();
        for (at, (to, one)) in told.iter().enumerate() {
            for (other_to, other) in &told[at + 1..] {
                if !overlap(one, other) {
                    continue;
                }
                let (first, second) = (context.node(*to).id, context.node(*other_to).id);
                let message = format!("`{}` tells `{first}` and `{second}` of one event", node.id);
                findings.add(
                    Finding::new(&RULE, node.id, message)
                        .declared(one.facts(), &format!("`{first}` of `{}` here", one.label()))
                        .declared(other.facts(), &format!("`{second}` of `{}` here", other.label()))
                        .why("S3 takes no two notifications of one event whose prefixes and suffixes overlap: the stack would fail")
                        .help("tell a `Topic` of it, which copies to both: `bucket.created().fans_out_to(&topic)`")
                        .help("or keep them apart with `.under(…)` or `.ending(…)`"),
                );
            }
        }
    }
}

fn overlap(one: &Link, other: &Link) -> bool {
    let (one, other) = (one.facts(), other.facts());
    let prefix = |facts: &crate::Facts| facts.get(PREFIX).unwrap_or_default();
    let suffix = |facts: &crate::Facts| facts.get(SUFFIX).unwrap_or_default();
    let (first, second) = (suffix(one), suffix(other));
    one.get(EVENT) == other.get(EVENT)
        && bucket::overlap(&prefix(one), &prefix(other))
        && (first.ends_with(second.as_str()) || second.ends_with(first.as_str()))
}

#![doc = include_str!("untold_objects.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::{Kind, TYPE, bucket, event_bus::SOURCE},
};

/// Rule for objects of no bucket.
pub const RULE: Rule = Rule {
    code: "N805",
    severity: Severity::Error,
    title: "rule for objects of no bucket",
    acceptable: false,
    explanation: include_str!("untold_objects.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, bus) in context.graph.of_kind(Kind::EventBus) {
        for (_, link) in &bus.out {
            if link.facts().get(SOURCE).is_none_or(|source| source != bucket::SOURCE) {
                continue;
            }
            let told = |other: &crate::Link| other.facts().get(TYPE) == link.facts().get(TYPE);
            if bus.incoming(Verb::FansOut).any(|(_, other)| told(other)) {
                continue;
            }
            let (id, event) = (bus.id, link.label());
            findings.add(
                Finding::new(&RULE, id, format!("nothing tells `{id}` of `{event}`"))
                    .declared(link.facts(), "taken here")
                    .why("the rule would take the events of whatever buckets the account has, or none")
                    .help("let the bucket tell the bus: `photos.created().fans_out_to(&bus.events::<Created<Photo>>())`"),
            );
        }
    }
}

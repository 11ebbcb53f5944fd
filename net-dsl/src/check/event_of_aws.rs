#![doc = include_str!("event_of_aws.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::{Kind, MESSAGE, event_bus},
};

/// Event sent in AWS's name.
pub const RULE: Rule = Rule {
    code: "N801",
    severity: Severity::Error,
    title: "event sent in AWS's name",
    acceptable: false,
    explanation: include_str!("event_of_aws.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, bus) in context.graph.of_kind(Kind::EventBus) {
        for (from, link) in bus.incoming(Verb::Sends) {
            let what = link.facts().get(MESSAGE).unwrap_or_default();
            let Some(said) = event_bus::said(bus.facts, link.facts()) else { continue };
            let source = said.source;
            if !source.starts_with("aws.") {
                continue;
            }
            let sender = context.node(from).id;
            let message = format!("`{sender}` sends `{what}` as an event of `{source}`");
            findings.add(
                Finding::new(&RULE, bus.id, message)
                    .declared(link.facts(), "linked here")
                    .why("EventBridge takes events whose source starts with `aws.` from AWS's services alone")
                    .help("give the event a source of your own in `events!`, as `my.shop`"),
            );
        }
    }
}

#![doc = include_str!("competing_consumers.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::Verb;

/// Competing consumers.
pub const RULE: Rule = Rule {
    code: "N302",
    severity: Severity::Error,
    title: "competing consumers",
    acceptable: true,
    explanation: include_str!("competing_consumers.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        if !node.is_queue() {
            continue;
        }
        let consumers: Vec<_> = node.outgoing(Verb::Triggers).collect();
        if consumers.len() < 2 {
            continue;
        }
        let names: Vec<_> =
            consumers.iter().map(|(to, _)| format!("`{}`", context.node(*to).id)).collect();
        let message = format!("`{}` starts {}", node.id, names.join(" and "));
        let mut finding = Finding::new(&RULE, node.id, message);
        for ((_, link), name) in consumers.iter().zip(&names) {
            finding = finding.declared(link.facts(), &format!("starts {name} here"));
        }
        findings.add(
            finding
                .why("a queue gives each message to one of its consumers, whichever comes first")
                .help("if each shall see every message: a `Topic` that copies to a queue for each")
                .help("if one was meant to replace the other: drop its brick"),
        );
    }
}

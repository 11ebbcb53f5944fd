#![doc = include_str!("tried_once.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::queue::{self, MAX_RECEIVES};

/// Message that is tried once.
pub const RULE: Rule = Rule {
    code: "N309",
    severity: Severity::Warning,
    title: "message that is tried once",
    acceptable: true,
    explanation: include_str!("tried_once.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        if node.is_queue() && queue::max_receives(node.facts) == Some(1) {
            findings.add(
                Finding::new(&RULE, node.id, format!("`{}` tries each message once", node.id))
                    .given(node.facts, MAX_RECEIVES.key(node.facts), "the receives")
                    .why("a receive counts even if the function was throttled and never ran: a message may be counted dead without having been tried")
                    .help("leave `max_receives` out: 5, as AWS advises for queues that feed functions"),
            );
        }
    }
}

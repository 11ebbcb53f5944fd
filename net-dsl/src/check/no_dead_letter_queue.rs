#![doc = include_str!("no_dead_letter_queue.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::queue::{self, MAX_RECEIVES};

/// No dead-letter queue.
pub const RULE: Rule = Rule {
    code: "N304",
    severity: Severity::Warning,
    title: "no dead-letter queue",
    acceptable: true,
    explanation: include_str!("no_dead_letter_queue.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        if node.is_queue() && queue::max_receives(node.facts).is_none() {
            findings.add(
                Finding::new(&RULE, node.id, format!("`{}` has no dead-letter queue", node.id))
                    .given(node.facts, MAX_RECEIVES.key(node.facts), "given up here")
                    .why("a message that its consumer fails on comes again until it is lost")
                    .help("drop `no_dead_letters`: the queue is made and wired for you"),
            );
        }
    }
}

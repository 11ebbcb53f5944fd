#![doc = include_str!("queue_without_consumer.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::Unlinked;

/// Queue or topic without a consumer.
pub const RULE: Rule = Rule {
    code: "N301",
    severity: Severity::Error,
    title: "queue or topic without a consumer",
    acceptable: true,
    explanation: include_str!("queue_without_consumer.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        let unlinked = node.descriptor().and_then(|kind| kind.unlinked);
        let Some(Unlinked::Conduit { why, help }) = unlinked else { continue };
        if !node.starts_something() && !node.is_taken_from() {
            findings.add(
                Finding::new(
                    &RULE,
                    node.id,
                    format!("nothing takes what is sent to `{}`", node.id),
                )
                .declared(node.facts, "declared here")
                .why(why)
                .help(help),
            );
        }
    }
}

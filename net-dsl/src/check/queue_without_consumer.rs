#![doc = include_str!("queue_without_consumer.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{Verb, entity::Kind};

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
        let (why, help) = match node.kind {
            Some(Kind::Queue | Kind::FifoQueue) => (
                "messages would wait until their retention is over, and be lost",
                "let it start a function: `queue.triggers(&function)`, or add the brick that does",
            ),
            Some(Kind::Topic) => (
                "messages would be dropped at once",
                "let it start a function or copy to a queue: `topic.fans_out_to(&queue)`",
            ),
            _ => continue,
        };
        if node.outgoing(Verb::Triggers).chain(node.outgoing(Verb::FansOut)).next().is_none() {
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

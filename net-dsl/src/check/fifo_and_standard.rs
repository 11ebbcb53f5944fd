#![doc = include_str!("fifo_and_standard.md")]

use super::kind_claims::{claims, mix_fifo_and_standard};
use super::{Context, Finding, Findings, Rule, Severity};
use crate::{Verb, entity::Kind};

/// FIFO and standard mixed.
pub const RULE: Rule = Rule {
    code: "N303",
    severity: Severity::Error,
    title: "FIFO and standard mixed",
    acceptable: false,
    explanation: include_str!("fifo_and_standard.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        if let Some(claims) = claims(node.facts).filter(|claims| mix_fifo_and_standard(claims)) {
            let message = format!("`{}` is both a standard and a FIFO queue", node.id);
            let mut finding = Finding::new(&RULE, node.id, message);
            for claim in claims {
                for origin in &claim.at {
                    finding = finding.label(origin, format!("{} here", Kind::article(claim)));
                }
            }
            findings.add(
                finding
                    .why("SQS cannot turn one into the other, and only one of them keeps order")
                    .help("use `FifoQueue` in every brick that shares it, or `Queue` in every one"),
            );
        }
        for (to, link) in node.outgoing(Verb::FansOut) {
            let queue = context.node(to);
            if queue.kind == Some(Kind::FifoQueue) {
                let message =
                    format!("topic `{}` copies to the FIFO queue `{}`", node.id, queue.id);
                findings.add(
                    Finding::new(&RULE, node.id, message)
                        .declared(link.facts(), "linked here")
                        .why("SNS delivers from a standard topic only to standard queues")
                        .help("use a standard `Queue`, or send to the FIFO queue from a function"),
                );
            }
        }
    }
}

#![doc = include_str!("stream_with_many_readers.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{Verb, entity::Kind};

/// Stream with more than two readers.
pub const RULE: Rule = Rule {
    code: "N310",
    severity: Severity::Warning,
    title: "stream with more than two readers",
    acceptable: true,
    explanation: include_str!("stream_with_many_readers.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Table) {
        let readers: Vec<_> = node.outgoing(Verb::Triggers).collect();
        if readers.len() <= READERS {
            continue;
        }
        let names: Vec<_> =
            readers.iter().map(|(to, _)| format!("`{}`", context.node(*to).id)).collect();
        let message = format!("the stream of `{}` starts {}", node.id, names.join(" and "));
        let mut finding = Finding::new(&RULE, node.id, message);
        for (_, link) in &readers {
            finding = finding.declared(link.facts(), "starts it here");
        }
        findings.add(
            finding
                .why(format!("DynamoDB throttles a stream that more than {READERS} read at a time: all of them fall behind"))
                .help("let one function take the changes and send them to a `Topic`"),
        );
    }
}

/// Readers of one shard at a time (Quotas in Amazon DynamoDB, "DynamoDB Streams").
const READERS: usize = 2;

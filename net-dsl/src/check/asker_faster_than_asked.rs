#![doc = include_str!("asker_faster_than_asked.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::{
        Kind,
        function::{self, TIMEOUT},
    },
};

/// Asker that waits no longer than it takes.
pub const RULE: Rule = Rule {
    code: "N405",
    severity: Severity::Warning,
    title: "asker that waits no longer than it takes",
    acceptable: true,
    explanation: include_str!("asker_faster_than_asked.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, asker) in context.graph.of_kind(Kind::Function) {
        let waits = function::timeout(asker.facts);
        for (to, link) in asker.outgoing(Verb::Asks) {
            let asked = context.node(to);
            let takes = function::timeout(asked.facts);
            if waits > takes {
                continue;
            }
            let message = format!(
                "`{}` may run {waits} s, and asks `{}`, which may take {takes} s",
                asker.id, asked.id
            );
            findings.add(
                Finding::new(&RULE, asker.id, message)
                    .given(asker.facts, TIMEOUT.key(asker.facts), "who asks")
                    .given(asked.facts, TIMEOUT.key(asked.facts), "who is asked")
                    .declared(link.facts(), "asks here")
                    .why("who asks is stopped first: it has no time left to say so, and the work goes on without anybody to take the answer")
                    .help(format!("give `{}` less time, or `{}` more", asked.id, asker.id))
                    .help("or send, so that nobody waits"),
            );
        }
    }
}

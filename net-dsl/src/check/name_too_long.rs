#![doc = include_str!("name_too_long.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::Name;

/// Name over 64 characters.
pub const RULE: Rule = Rule {
    code: "N106",
    severity: Severity::Error,
    title: "name over 64 characters",
    acceptable: false,
    explanation: include_str!("name_too_long.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        let length = node.id.as_str().len();
        if length <= Name::MAX_LENGTH {
            continue;
        }
        let message = format!(
            "`{}` has {length} characters, and a name at most {}",
            node.id,
            Name::MAX_LENGTH
        );
        findings.add(
            Finding::new(&RULE, node.id, message)
                .declared(node.facts, "declared here, under a shorter name")
                .why("AWS does not take such a name for the resources that are named after it")
                .help("shorten the name or the prefix that `Network::prefix` puts before it"),
        );
    }
}

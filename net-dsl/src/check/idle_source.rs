#![doc = include_str!("idle_source.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::Unlinked;

/// Source that starts nothing.
pub const RULE: Rule = Rule {
    code: "N205",
    severity: Severity::Warning,
    title: "source that starts nothing",
    acceptable: true,
    explanation: include_str!("idle_source.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        let unlinked = node.descriptor().and_then(|kind| kind.unlinked);
        let Some(Unlinked::Source { help }) = unlinked else { continue };
        if !node.starts_something() && !node.is_taken_from() {
            findings.add(
                Finding::new(&RULE, node.id, format!("`{}` starts nothing", node.id))
                    .declared(node.facts, "declared here")
                    .why("whatever happens there, nobody would learn of it")
                    .help(help)
                    .help("or add the brick that does"),
            );
        }
    }
}

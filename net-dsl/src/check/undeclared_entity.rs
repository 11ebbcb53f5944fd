#![doc = include_str!("undeclared_entity.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{entity::KIND, text::nearest};

/// Entity without a declaration.
pub const RULE: Rule = Rule {
    code: "N103",
    severity: Severity::Error,
    title: "entity without a declaration",
    acceptable: false,
    explanation: include_str!("undeclared_entity.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        if node.facts.claims(KIND.key()).is_some() {
            continue;
        }
        let mut finding =
            Finding::new(&RULE, node.id, format!("`{}` is used and never declared", node.id))
                .declared(node.facts, "declared without a kind");
        for (_, flat) in node.facts.attributes() {
            for origin in flat.claims().iter().flat_map(|claim| &claim.at) {
                finding = finding.label(origin, "said about it here");
            }
        }
        let declared = context.graph.nodes().iter().filter(|other| other.kind.is_some());
        if let Some(near) = nearest(node.id.as_str(), declared.map(|other| other.id.as_str())) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        findings.add(
            finding
                .why("an overlay changes what is there; there is nothing to change")
                .help("add the brick that declares it, or drop the overlay"),
        );
    }
}

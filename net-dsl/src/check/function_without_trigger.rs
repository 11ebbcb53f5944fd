#![doc = include_str!("function_without_trigger.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::{Kind, function::INPUT};

/// Function without a trigger.
pub const RULE: Rule = Rule {
    code: "N203",
    severity: Severity::Warning,
    title: "function without a trigger",
    acceptable: true,
    explanation: include_str!("function_without_trigger.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Function) {
        if node.is_started() {
            continue;
        }
        let input = node.facts.get(INPUT).unwrap_or_default();
        findings.add(
            Finding::new(&RULE, node.id, format!("nothing starts `{}`", node.id))
                .declared(node.facts, "declared here")
                .why("it would be deployed and never run")
                .help(format!(
                    "link something that gives it `{input}`, or add the brick that does"
                )),
        );
    }
}

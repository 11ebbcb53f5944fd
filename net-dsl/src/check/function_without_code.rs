#![doc = include_str!("function_without_code.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::{Kind, function::CODE};

/// Function without code.
pub const RULE: Rule = Rule {
    code: "N204",
    severity: Severity::Error,
    title: "function without code",
    acceptable: false,
    explanation: include_str!("function_without_code.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Function) {
        if node.facts.claims(CODE.key()).is_some() {
            continue;
        }
        findings.add(
            Finding::new(&RULE, node.id, format!("`{}` has no code", node.id))
                .declared(node.facts, "declared here")
                .why("there is nothing to deploy for it")
                .help("name the binary that honours its contract: `.code(binary!(\"…\"))`")
                .help("or the folder: `.code(folder!(\"…\", runtime = …, handler = \"…\"))`"),
        );
    }
}

#![doc = include_str!("timeouts_over_deadline.md")]

use super::deadline_path::own_deadline;
use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::{DEADLINE, Kind, function::TIMEOUT};

/// Timeouts over the deadline.
pub const RULE: Rule = Rule {
    code: "N403",
    severity: Severity::Warning,
    title: "timeouts over the deadline",
    acceptable: true,
    explanation: include_str!("timeouts_over_deadline.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (number, node) in context.graph.nodes().iter().enumerate() {
        let Some(deadline) = own_deadline(node) else { continue };
        let total = context.budgets()[number].total;
        if total <= deadline {
            continue;
        }
        let path = context.longest_path(number);
        let steps: Vec<_> = path
            .iter()
            .map(|&step| match context.budgets()[step].own {
                0 => format!("`{}`", context.node(step).id),
                own => format!("`{}` ({own} s)", context.node(step).id),
            })
            .collect();
        let message =
            format!("what enters `{}` is due in {deadline} s and may take {total} s", node.id);
        let mut finding =
            Finding::new(&RULE, node.id, message).given(node.facts, DEADLINE.key(), "the deadline");
        for &step in &path {
            if context.node(step).kind == Some(Kind::Function) {
                let facts = context.node(step).facts;
                let text = format!("may take {} s", context.budgets()[step].own);
                finding = finding.given(facts, TIMEOUT.key(facts), &text);
            }
        }
        findings.add(
            finding
                .why(format!("the longest path is {}", steps.join(" → ")))
                .help("lower the timeouts on the path until they fit, so that a late run fails in time")
                .help("or set a deadline where a later part of the path has one of its own"),
        );
    }
}

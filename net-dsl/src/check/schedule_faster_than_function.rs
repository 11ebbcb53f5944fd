#![doc = include_str!("schedule_faster_than_function.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::{Kind, function, schedule},
};

/// Schedule faster than its function.
pub const RULE: Rule = Rule {
    code: "N408",
    severity: Severity::Warning,
    title: "schedule faster than its function",
    acceptable: true,
    explanation: include_str!("schedule_faster_than_function.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Schedule) {
        let Some(period) = schedule::period(node.facts) else { continue };
        for (to, _) in node.outgoing(Verb::Triggers) {
            let function = context.node(to);
            let timeout = function::timeout(function.facts);
            if period > timeout {
                continue;
            }
            let message = format!(
                "`{}` ticks every {period} s, and `{}` may take {timeout} s",
                node.id, function.id
            );
            findings.add(
                Finding::new(&RULE, node.id, message)
                    .given(node.facts, schedule::TICKS.key(node.facts), "the schedule")
                    .given(function.facts, function::TIMEOUT.key(function.facts), "the timeout")
                    .why("a tick starts a second run while the first still works, and both do the same")
                    .help("lower the timeout below the pause between two ticks, or tick less often"),
            );
        }
    }
}

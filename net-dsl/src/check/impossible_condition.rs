#![doc = include_str!("impossible_condition.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::{
    Kind,
    event_bus::{CONDITIONS, Conditions},
};
use serde_json::Value;

/// Condition that no rule of a bus can ask.
pub const RULE: Rule = Rule {
    code: "N803",
    severity: Severity::Error,
    title: "condition that no rule of a bus can ask",
    acceptable: false,
    explanation: include_str!("impossible_condition.md"),
};

/// What EventBridge compares at the most, without the sign.
const GREATEST: f64 = 5.0e9;

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, bus) in context.graph.of_kind(Kind::EventBus) {
        for (_, link) in &bus.out {
            let Some(conditions) = link.facts().get(CONDITIONS) else { continue };
            for fault in faults(&conditions) {
                findings.add(
                    Finding::new(&RULE, bus.id, format!("a rule of `{}` {fault}", bus.id))
                        .declared(link.facts(), "linked here")
                        .why("a pattern of EventBridge's cannot say it: the rule would take other events than meant")
                        .help("say it in one condition, as `field!(Placed, total).between(10, 100)`")
                        .help("or ask the rest in the code of what the rule starts"),
                );
            }
        }
    }
}

fn faults(conditions: &Conditions) -> Vec<String> {
    let entries: Vec<(&str, Value)> = conditions.entries().collect();
    let mut faults = Vec::new();
    for (at, (path, matches)) in entries.iter().enumerate() {
        for (other, _) in &entries[at + 1..] {
            if other == path {
                faults.push(format!("asks two things of `{path}`"));
            } else if other.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')) {
                faults.push(format!("asks something of `{path}` and of `{other}` inside it"));
            }
        }
        let numbers = matches.as_array().into_iter().flatten();
        let numbers = numbers.filter_map(|matched| matched["numeric"].as_array()).flatten();
        for number in numbers.filter_map(Value::as_f64).filter(|number| number.abs() > GREATEST) {
            faults.push(format!("compares `{path}` with {number}"));
        }
    }
    faults.dedup();
    faults
}

#![doc = include_str!("stack_limits.md")]

use crate::Plan;
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
};

/// More than a stack holds.
pub const RULE: Rule = Rule {
    code: "P104",
    severity: Severity::Error,
    title: "more than a stack holds",
    acceptable: false,
    explanation: include_str!("stack_limits.md"),
};

/// Resources of one stack (CloudFormation quotas).
pub const RESOURCES: usize = 500;
/// Parameters of one stack (CloudFormation quotas).
pub const PARAMETERS: usize = 200;
/// Outputs of one stack (CloudFormation quotas).
pub const OUTPUTS: usize = 200;

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    let counts = [
        ("resources", plan.resources.len(), RESOURCES),
        ("parameters", plan.parameters.len(), PARAMETERS),
        ("outputs", plan.outputs.len(), OUTPUTS),
    ];
    for (what, count, limit) in counts {
        if count <= limit {
            continue;
        }
        let message = format!("`{}` makes {count} {what}, and a stack holds {limit}", plan.name);
        findings.add(
            Finding::of_network(&RULE, message)
                .why("CloudFormation would refuse the template")
                .help("deploy parts of it as networks of their own, cut where few links cross"),
        );
    }
}

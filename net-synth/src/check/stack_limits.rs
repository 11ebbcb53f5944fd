#![doc = include_str!("stack_limits.md")]

use crate::{Plan, emit};
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
/// A template, in bytes, where it lies in S3 ("Understand CloudFormation quotas"). Over 51,200 bytes it
/// has to lie there, which `synth deploy` sees to.
pub const TEMPLATE: usize = 1_024 * 1_024;

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
    // With more resources than that it is refused anyway, and need not be written.
    if plan.resources.len() > RESOURCES {
        return;
    }
    let size = emit::cloudformation(plan).len();
    if size <= TEMPLATE {
        return;
    }
    let message = format!(
        "the template of `{}` has {size} bytes, and CloudFormation takes {TEMPLATE}",
        plan.name
    );
    let largest =
        plan.resources.iter().max_by_key(|resource| resource.properties.expected_json_length(plan));
    let mut finding = Finding::of_network(&RULE, message)
        .why("CloudFormation would refuse the template")
        .help("deploy parts of it as networks of their own, cut where few links cross");
    if let Some(largest) = largest {
        finding = finding.declared(largest.part.facts, "the largest resource").help(format!(
            "or let `{}` read what is long from a file or a bucket",
            largest.part.entity
        ));
    }
    findings.add(finding);
}

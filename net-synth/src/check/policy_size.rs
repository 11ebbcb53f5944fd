#![doc = include_str!("policy_size.md")]

use crate::{Plan, plan::types};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
};

/// Policy over its size limit.
pub const RULE: Rule = Rule {
    code: "P103",
    severity: Severity::Error,
    title: "policy over its size limit",
    acceptable: false,
    explanation: include_str!("policy_size.md"),
};

/// All inline policies of a role, in characters without white space (IAM quotas).
pub const LIMIT: usize = 10_240;

pub(super) fn find(plan: &Plan<'_>, graph: &Graph<'_>, findings: &mut Findings) {
    for resource in plan.of_type(types::ROLE) {
        let policies = resource.properties.get("Policies").map_or(&[][..], |all| all.items());
        let documents = policies.iter().filter_map(|policy| policy.get("PolicyDocument"));
        let size: usize = documents.map(|document| document.expected_json_length(plan)).sum();
        if size <= LIMIT {
            continue;
        }
        let message = format!(
            "the policy of `{}` comes to about {size} characters, and IAM takes {LIMIT}",
            resource.part.entity
        );
        let mut finding = Finding::new(&RULE, resource.part.entity, message);
        if let Some(node) = graph.find(resource.part.entity) {
            finding = finding.declared(node.facts, "declared here");
        }
        findings.add(
            finding
                .why("the stack would fail when it makes the function's role")
                .help("split the function: it is linked to too much"),
        );
    }
}

#![doc = include_str!("environment_size.md")]

use crate::{
    Plan,
    plan::{function, types},
};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
};

/// Environment over 4 KB.
pub const RULE: Rule = Rule {
    code: "P102",
    severity: Severity::Error,
    title: "environment over 4 KB",
    acceptable: false,
    explanation: include_str!("environment_size.md"),
};

/// All names and values of a function's environment, in bytes (Lambda quotas).
pub const LIMIT: usize = 4 * 1_024;

pub(super) fn find(plan: &Plan<'_>, graph: &Graph<'_>, findings: &mut Findings) {
    for resource in plan.of_type(types::FUNCTION) {
        let Some(variables) = resource.properties.get(function::VARIABLES) else { continue };
        let size: usize =
            variables.entries().map(|(name, value)| name.len() + value.expected_length(plan)).sum();
        if size <= LIMIT {
            continue;
        }
        let message = format!(
            "the environment of `{}` comes to about {size} bytes, and Lambda takes {LIMIT}",
            resource.part.entity
        );
        let mut finding = Finding::new(&RULE, resource.part.entity, message);
        if let Some(node) = graph.find(resource.part.entity) {
            finding = finding.declared(node.facts, "declared here");
        }
        findings.add(
            finding
                .why("the stack would fail when it makes the function")
                .help("move settings of its own to a table, or to a parameter its code fetches")
                .help("or split the function: each link takes about 150 bytes"),
        );
    }
}

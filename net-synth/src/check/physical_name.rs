#![doc = include_str!("physical_name.md")]

use crate::Plan;
use crate::plan::Body;
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
};

/// Name too long for its service.
pub const RULE: Rule = Rule {
    code: "P105",
    severity: Severity::Error,
    title: "name too long for its service",
    acceptable: false,
    explanation: include_str!("physical_name.md"),
};

/// A function's name, in characters (Lambda quotas).
pub const FUNCTION: usize = 64;
/// An API's name, in characters (API Gateway quotas).
pub const HTTP_API: usize = 128;
/// A logical id, in characters (CloudFormation quotas).
pub const LOGICAL_ID: usize = 255;

pub(super) fn find(plan: &Plan<'_>, graph: &Graph<'_>, findings: &mut Findings) {
    for resource in &plan.resources {
        let named = match &resource.body {
            Body::Function(function) => {
                function.name.as_ref().map(|name| (name, "a function's name", FUNCTION))
            }
            Body::HttpApi(api) => Some((&api.name, "an API's name", HTTP_API)),
            _ => None,
        };
        let named = named.map(|(name, what, limit)| (name.expected_length(plan), what, limit));
        let logical = (resource.id.as_str().len(), "a logical id", LOGICAL_ID);
        for (length, what, limit) in named.into_iter().chain([logical]) {
            if length <= limit {
                continue;
            }
            let message = format!(
                "{what} for `{}` in `{}` comes to {length} characters, and AWS takes {limit}",
                resource.entity, plan.name
            );
            let mut finding = Finding::new(&RULE, resource.entity, message);
            if let Some(node) = graph.find(resource.entity) {
                finding = finding.declared(node.facts, "declared here");
            }
            findings.add(
                finding
                    .why("where functions address each other, the stack's name and the entity's are joined to one")
                    .help("shorten the name of the entity or of the network"),
            );
        }
    }
}

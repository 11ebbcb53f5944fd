#![doc = include_str!("physical_name.md")]

use crate::{
    Plan,
    plan::{PhysicalName, types},
};
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

/// A logical id, in characters (CloudFormation quotas).
pub const LOGICAL_ID: usize = 255;

pub(super) fn find(plan: &Plan<'_>, graph: &Graph<'_>, findings: &mut Findings) {
    for resource in &plan.resources {
        let named = PhysicalName::of(&resource.resource_type).and_then(|name| {
            let known = name.known(&resource.properties, plan)?;
            let word = types::word(&resource.resource_type);
            let what = match resource.resource_type.as_str() {
                types::API => "an API's name".to_owned(),
                _ => format!("a {word}'s name"),
            };
            Some((known.chars().count(), what, name.limit))
        });
        let logical = (resource.id.as_str().len(), "a logical id".to_owned(), LOGICAL_ID);
        for (length, what, limit) in named.into_iter().chain([logical]) {
            if length <= limit {
                continue;
            }
            let message = format!(
                "{what} for `{}` in `{}` comes to {length} characters, and AWS takes {limit}",
                resource.part.entity, plan.name
            );
            let mut finding = Finding::new(&RULE, resource.part.entity, message);
            if let Some(node) = graph.find(resource.part.entity) {
                finding = finding.declared(node.facts, "declared here");
            }
            findings.add(
                finding
                    .why("AWS would refuse the resource; where functions address each other, the stack's name and the entity's are joined to one")
                    .help("shorten the name of the entity or of the network, which is the stack's unless `--stack-name` says another; `synth deploy` looks at that one again"),
            );
        }
    }
}

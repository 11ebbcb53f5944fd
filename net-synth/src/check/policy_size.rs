#![doc = include_str!("policy_size.md")]

use crate::Plan;
use crate::plan::{Body, Statement};
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
    for resource in &plan.resources {
        let Body::Role(role) = &resource.body else { continue };
        let size: usize = role.statements.iter().map(|statement| length(statement, plan)).sum();
        if size <= LIMIT {
            continue;
        }
        let message = format!(
            "the policy of `{}` comes to about {size} characters, and IAM takes {LIMIT}",
            resource.entity
        );
        let mut finding = Finding::new(&RULE, resource.entity, message);
        if let Some(node) = graph.find(resource.entity) {
            finding = finding.declared(node.facts, "declared here");
        }
        findings.add(
            finding
                .why("the stack would fail when it makes the function's role")
                .help("split the function: it is linked to too much"),
        );
    }
}

/// The statement as IAM stores it, with what stands around each part.
fn length(statement: &Statement, plan: &Plan<'_>) -> usize {
    const FRAME: usize = r#"{"Sid":"","Effect":"Allow","Action":[],"Resource":[]},"#.len();
    let actions: usize = statement.actions.iter().map(|action| action.len() + 3).sum();
    let resources: usize =
        statement.resources.iter().map(|resource| resource.expected_length(plan) + 3).sum();
    FRAME + statement.sid.as_ref().map_or(0, |sid| sid.len()) + actions + resources
}

#![doc = include_str!("function_policy_size.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{GraphNode, Verb, entity::Kind};

/// More permissions than a function holds.
pub const RULE: Rule = Rule {
    code: "N208",
    severity: Severity::Error,
    title: "more permissions than a function holds",
    acceptable: true,
    explanation: include_str!("function_policy_size.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Function) {
        let sizes: Vec<usize> = node
            .into
            .iter()
            .filter(|(from, link)| needs_permission(context.node(*from), link.verb()))
            .map(|(from, link)| {
                let names = context.node(*from).id.as_str().len() + 2 * node.id.as_str().len();
                STATEMENT + names + 2 * link.label().len()
            })
            .collect();
        let size: usize = sizes.iter().sum();
        if size <= LIMIT {
            continue;
        }
        let message = format!(
            "{} routes and sources may start `{}`: its policy comes to about {size} bytes, and \
             Lambda takes {LIMIT}",
            sizes.len(),
            node.id
        );
        findings.add(
            Finding::new(&RULE, node.id, message)
                .declared(node.facts, "declared here")
                .why("each of them is a statement in the function's own policy: the stack would fail at the last ones")
                .help("use one route with a placeholder, as `ANY /orders/{rest+}`, for many")
                .help("or split the function"),
        );
    }
}

/// Whether a link is a permission of the function's policy: queues and streams are read by the
/// function, and a schedule has a role.
fn needs_permission(source: &GraphNode<'_>, verb: Verb) -> bool {
    let permitted = source.descriptor().is_some_and(|kind| kind.permitted);
    permitted && verb.descriptor().starts
}

/// A function's resource-based policy, in bytes (Lambda quotas).
pub const LIMIT: usize = 20 * 1_024;
/// A statement without the names of entities and the route, in a stack with a name of 20 letters.
const STATEMENT: usize = 360;

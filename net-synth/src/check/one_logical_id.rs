#![doc = include_str!("one_logical_id.md")]

use crate::Plan;
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
};

/// Two names, one logical id.
pub const RULE: Rule = Rule {
    code: "P101",
    severity: Severity::Error,
    title: "two names, one logical id",
    acceptable: false,
    explanation: include_str!("one_logical_id.md"),
};

pub(super) fn find(plan: &Plan<'_>, graph: &Graph<'_>, findings: &mut Findings) {
    let resources =
        plan.resources.iter().map(|resource| (&resource.id, Some(resource.part.entity)));
    let parameters = plan.parameters.iter().map(|parameter| (&parameter.id, parameter.entity));
    let mut ids: Vec<_> = resources.chain(parameters).collect();
    ids.sort();
    for pair in ids.windows(2) {
        let &[(id, one), (other_id, other)] = pair else { continue };
        if id != other_id {
            continue;
        }
        let entities: Vec<_> = one.into_iter().chain(other).collect();
        let names: Vec<_> = entities.iter().map(|entity| format!("`{entity}`")).collect();
        let message = format!("{} would both make `{id}`", names.join(" and "));
        let mut finding = match entities.first() {
            Some(entity) => Finding::new(&RULE, entity, message),
            None => Finding::of_network(&RULE, message),
        };
        for node in entities.iter().filter_map(|entity| graph.find(entity)) {
            finding = finding.declared(node.facts, &format!("`{}` is declared here", node.id));
        }
        findings.add(
            finding
                .why("logical ids follow from names alone, so that nothing moves when a network is composed differently")
                .help("give one of the two another name"),
        );
    }
}

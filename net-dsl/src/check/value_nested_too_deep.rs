#![doc = include_str!("value_nested_too_deep.md")]

use super::{Context, Finding, Findings, Rule, Severity, Subject};
use crate::{
    Id,
    facts::{Facts, Value},
    property::PROPERTY,
};

/// Value nested too deep.
pub const RULE: Rule = Rule {
    code: "N107",
    severity: Severity::Error,
    title: "value nested too deep",
    acceptable: false,
    explanation: include_str!("value_nested_too_deep.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        look(node.id, node.facts, Subject::Entity(node.id), findings);
        for (to, link) in &node.out {
            let subject = Subject::Link(node.id, link.verb(), context.node(*to).id);
            look(node.id, link.facts(), subject, findings);
        }
    }
}

fn look(entity: &Id, facts: &Facts, subject: Subject<'_>, findings: &mut Findings) {
    for (key, flat) in facts.attributes() {
        let too_deep = |value: &Value| value.nesting() > Value::MAX_NESTING;
        if !flat.claims().iter().any(|claim| too_deep(&claim.value)) {
            continue;
        }
        let attribute = key.strip_prefix(PROPERTY).unwrap_or(key);
        let message = format!(
            "`{attribute}` of {subject} is nested more than {} levels deep",
            Value::MAX_NESTING
        );
        findings.add(
            Finding::new(&RULE, entity, message)
                .given(facts, key, "given here")
                .why("programs that read JSON give up at some depth, so it is not passed on")
                .help("make it flatter, or hand the inner part over as a text"),
        );
    }
}

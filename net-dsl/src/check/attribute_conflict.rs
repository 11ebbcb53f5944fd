#![doc = include_str!("attribute_conflict.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Id,
    entity::KIND,
    facts::{Facts, Value},
    property::PROPERTY,
};

/// One attribute, several values.
pub const RULE: Rule = Rule {
    code: "N101",
    severity: Severity::Error,
    title: "one attribute, several values",
    acceptable: false,
    explanation: include_str!("attribute_conflict.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        // An entity of two kinds differs in much else; that it has two kinds says it all.
        if node.facts.claims(KIND.key()).is_none_or(|kind| kind.claims().len() < 2) {
            look(node.id, node.facts, &node.id.to_string(), findings);
        }
        for (to, link) in &node.out {
            let to = context.node(*to).id;
            let subject = format!("the link `{} {} {to}`", node.id, link.verb());
            look(node.id, link.facts(), &subject, findings);
        }
    }
}

fn look(entity: &Id, facts: &Facts, subject: &str, findings: &mut Findings) {
    for (key, flat) in facts.attributes() {
        if flat.claims().len() < 2 {
            continue;
        }
        let values: Vec<_> = flat.claims().iter().map(|claim| show(&claim.value)).collect();
        let attribute = key.strip_prefix(PROPERTY).unwrap_or(key);
        let subject =
            if subject == entity.as_str() { format!("`{subject}`") } else { subject.to_owned() };
        let message = format!("`{attribute}` of {subject} is {}", listed(&values));
        let mut finding = Finding::new(&RULE, entity, message);
        for (claim, value) in flat.claims().iter().zip(&values) {
            for origin in &claim.at {
                finding = finding.label(origin, format!("{value} here"));
            }
        }
        findings.add(
            finding
                .why("adding networks never lets one side win, so there is no one value to deploy")
                .help("say it in one place only, or give the two entities two names"),
        );
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("`{text}`"),
        Value::Bool(_) | Value::Number(_) | Value::Json(_) => value.to_json().to_string(),
    }
}

/// `3, 5 and 9`.
fn listed(values: &[String]) -> String {
    match values {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => values.concat(),
    }
}

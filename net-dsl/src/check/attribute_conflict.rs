#![doc = include_str!("attribute_conflict.md")]

use super::{Context, Finding, Findings, Rule, Severity, Subject};
use crate::{
    Id,
    entity::KIND,
    facts::{Claim, Facts, Flat, Value},
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
            look(node.id, node.facts, Subject::Entity(node.id), findings);
        }
        for (to, link) in &node.out {
            let subject = Subject::Link(node.id, link.verb(), context.node(*to).id);
            look(node.id, link.facts(), subject, findings);
        }
    }
}

fn look(entity: &Id, facts: &Facts, subject: Subject<'_>, findings: &mut Findings) {
    for (key, flat) in facts.attributes() {
        for (inner, inside) in parts_of_no_map(facts, key, flat) {
            findings.add(part_of_no_map(entity, subject, (key, flat), (inner, inside)));
        }
        if flat.claims().len() < 2 {
            continue;
        }
        let values: Vec<_> = flat.claims().iter().map(|claim| show(&claim.value)).collect();
        let attribute = key.strip_prefix(PROPERTY).unwrap_or(key);
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

/// What is set inside a property that is itself set, and to no map of entries.
fn parts_of_no_map<'f>(
    facts: &'f Facts,
    key: &'f str,
    flat: &'f Flat,
) -> impl Iterator<Item = (&'f str, &'f Flat)> {
    let is_empty_map = |claim: &Claim| matches!(&claim.value, Value::Json(map) if map == "{}");
    let is_closed = key.starts_with(PROPERTY) && !flat.claims().iter().all(is_empty_map);
    let all = is_closed.then(|| facts.attributes()).into_iter().flatten();
    all.filter(move |(inner, _)| inner.strip_prefix(key).is_some_and(|rest| rest.starts_with('/')))
}

fn part_of_no_map(
    entity: &Id,
    subject: Subject<'_>,
    (key, flat): (&str, &Flat),
    (inner, inside): (&str, &Flat),
) -> Finding {
    let path = |key: &str| key.strip_prefix(PROPERTY).unwrap_or(key).to_owned();
    let message = format!(
        "`{}` of {subject} is set, and so is `{}`, which is a part of it",
        path(key),
        path(inner)
    );
    let mut finding = Finding::new(&RULE, entity, message);
    for claim in flat.claims().iter().chain(inside.claims()) {
        for origin in &claim.at {
            finding = finding.label(origin, format!("{} here", show(&claim.value)));
        }
    }
    finding
        .why("adding networks never lets one side win, so there is no one value to deploy")
        .help("set the whole in one place, or its entries and nothing else")
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

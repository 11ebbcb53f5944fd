#![doc = include_str!("reference_to_nothing.md")]

use crate::{
    Plan,
    plan::{LogicalId, Pseudo, Resource},
    schema::Schema,
};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
    property::PROPERTY,
    reference::{Meaning, replace},
    text::nearest,
};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Reference to nothing.
pub const RULE: Rule = Rule {
    code: "P201",
    severity: Severity::Error,
    title: "reference to nothing",
    acceptable: false,
    explanation: include_str!("reference_to_nothing.md"),
};

pub(super) fn find(plan: &Plan<'_>, graph: &Graph<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for resource in &plan.resources {
        for (path, value) in resource.part.overrides() {
            let key = format!("{PROPERTY}{}/{path}", resource.part.name);
            let mut json = value.to_json();
            let mut wrong = Vec::new();
            replace(&mut json, &mut |id, attribute| {
                wrong.extend(fault(plan, graph, By { resource, key: &key }, id, attribute));
                None
            });
            wrong.extend(unknown_function(&json, By { resource, key: &key }));
            for finding in wrong {
                // A link may make more than one resource, and a value may say one thing twice.
                if seen.insert((resource.part.entity, key.clone(), finding.message.clone())) {
                    findings.add(finding);
                }
            }
        }
    }
}

/// Who refers: the resource, and the attribute that sets the property.
#[derive(Clone, Copy)]
struct By<'a, 'n> {
    resource: &'a Resource<'n>,
    key: &'a str,
}

impl By<'_, '_> {
    fn name(self) -> String {
        format!("`{}`", self.resource.part.entity)
    }

    fn finding(self, message: String) -> Finding {
        let part = &self.resource.part;
        Finding::new(&RULE, part.entity, message)
            .given(part.facts, self.key, "referred to here")
            .why("CloudFormation would refuse the whole template")
    }
}

/// What is wrong with one reference.
fn fault(
    plan: &Plan<'_>,
    graph: &Graph<'_>,
    by: By<'_, '_>,
    id: &str,
    attribute: Option<&str>,
) -> Option<Finding> {
    let referred = graph.referred(id);
    let logical = match referred {
        Some((number, suffix)) => LogicalId::of(graph.nodes()[number].id, suffix),
        None => LogicalId::new(id),
    };
    if attribute.is_none() && Pseudo::parse(id).is_some() || plan.parameter(&logical).is_some() {
        return None;
    }
    let Some(target) = plan.resource(&logical) else {
        let shown = shown(id);
        let message = format!("{} refers to {shown}, which the template does not have", by.name());
        let mut finding = by.finding(message);
        if let Some(near) = near(plan, &shown) {
            finding = finding.help(format!("did you mean `{near}`?"));
            if let Some(meant) = plan.resource(&LogicalId::new(near)) {
                let (facts, entity) = (meant.part.facts, meant.part.entity);
                finding =
                    finding.declared(facts, &format!("`{near}` is of `{entity}`, declared here"));
            }
        }
        return Some(finding.help(
            "refer to an entity by its handle: `ref_of(&orders)`, `arn_of(&orders)`, `attribute_of(&orders, \"QueueName\")`",
        ));
    };
    // What an attribute is called may become known later only.
    let attribute = attribute.filter(|attribute| !attribute.is_empty())?;
    let schema = Schema::of(&target.resource_type)?;
    if schema.has_attribute(attribute) {
        return None;
    }
    let kind = &target.resource_type;
    let message =
        format!("{} asks for `{attribute}` of `{logical}`, which {kind} does not have", by.name());
    let known: Vec<_> = schema.attributes().collect();
    let finding = by.finding(message);
    let finding = match nearest(attribute, known.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    Some(match known.as_slice() {
        [] => finding.help("it has no attributes; `Ref` gives what identifies it"),
        known => finding.help(format!("it has {}", known.join(", "))),
    })
}

/// An id as people know it.
fn shown(id: &str) -> String {
    if !id.starts_with('@') {
        return format!("`{id}`");
    }
    let meanings = Meaning::all(id).into_iter().map(|Meaning { entity, suffix }| {
        let of = if suffix.is_empty() { String::new() } else { format!(" ({suffix})") };
        format!("`{entity}`{of}")
    });
    meanings.collect::<Vec<_>>().join(" or ")
}

fn near<'p>(plan: &'p Plan<'_>, shown: &str) -> Option<&'p str> {
    let resources = plan.resources.iter().map(|resource| resource.id.as_str());
    let parameters = plan.parameters.iter().map(|parameter| parameter.id.as_str());
    let pseudo = Pseudo::ALL.iter().map(|pseudo| pseudo.as_str());
    nearest(shown.trim_matches('`'), resources.chain(parameters).chain(pseudo))
}

/// A function of CloudFormation that refers to what no network's template has.
fn unknown_function(json: &Json, by: By<'_, '_>) -> Option<Finding> {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        Json::Array(items) => items.iter().find_map(|item| unknown_function(item, by)),
        Json::Object(map) => {
            let function = (map.len() == 1).then(|| map.keys().next()).flatten();
            let what = match function.map(String::as_str) {
                Some(name @ ("Fn::If" | "Condition")) => Some((name, "conditions")),
                Some(name @ "Fn::FindInMap") => Some((name, "mappings")),
                _ => None,
            };
            let Some((name, what)) = what else {
                return map.values().find_map(|value| unknown_function(value, by));
            };
            if name == "Condition" && !map.values().all(Json::is_string) {
                // A key of a policy.
                return map.values().find_map(|value| unknown_function(value, by));
            }
            let message =
                format!("{} uses `{name}`, and a network's template has no {what}", by.name());
            Some(
                by.finding(message)
                    .help("decide in Rust: an `if` or a `match` makes one network or another"),
            )
        }
    }
}

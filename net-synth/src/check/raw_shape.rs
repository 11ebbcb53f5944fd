#![doc = include_str!("raw_shape.md")]

use crate::{
    Plan,
    plan::Resource,
    schema::{self, Fault, FaultKind, Schema},
};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
    property::PROPERTY,
    text::nearest,
};
use std::collections::{BTreeMap, BTreeSet};

/// Properties of another shape.
pub const RULE: Rule = Rule {
    code: "P202",
    severity: Severity::Error,
    title: "properties that a type does not have",
    acceptable: true,
    explanation: include_str!("raw_shape.md"),
};

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    let mut schemas: BTreeMap<&str, Option<Schema>> = BTreeMap::new();
    for resource in &plan.resources {
        if !is_raw(resource) && resource.part.overrides().next().is_none() {
            continue;
        }
        let resource_type = resource.resource_type.as_str();
        let schema = schemas.entry(resource_type).or_insert_with(|| Schema::of(resource_type));
        let Some(schema) = schema else {
            if schema::is_of_known_service(&resource.resource_type) {
                findings.add(no_such_type(resource));
            }
            continue;
        };
        for fault in schema.faults(&resource.properties) {
            // What is missing is missing in what is set around it.
            let around = fault.path.rsplit_once('/').map_or("", |(around, _)| around);
            let at = if fault.kind == FaultKind::Missing { around } else { &fault.path };
            let Some(key) = set_by(resource, at) else { continue };
            // A link may make more than one resource.
            if seen.insert((resource.part.entity, resource.part.name, fault.path.clone())) {
                let finding = finding(resource, &fault);
                findings.add(finding.given(resource.part.facts, &key, "set here"));
            }
        }
    }
}

fn is_raw(resource: &Resource<'_>) -> bool {
    resource.part.name == "resource"
}

/// The attribute that sets what lies at a path; `None` if the plan does.
pub(super) fn set_by(resource: &Resource<'_>, path: &str) -> Option<String> {
    let is_within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut overrides = resource.part.overrides().map(|(set, _)| set);
    let is_of = |set: &&str| !path.is_empty() && (is_within(path, set) || is_within(set, path));
    match overrides.find(is_of) {
        Some(set) => Some(format!("{PROPERTY}{}/{set}", resource.part.name)),
        None => is_raw(resource).then(String::new),
    }
}

fn finding(resource: &Resource<'_>, Fault { path, kind }: &Fault) -> Finding {
    let (entity, resource_type) = (resource.part.entity, &resource.resource_type);
    let message = match kind {
        FaultKind::Unknown(_) => {
            format!("`{path}` of `{entity}` is no property of {resource_type}")
        }
        FaultKind::Missing => {
            format!("`{path}` of `{entity}` is not set, and {resource_type} does not go without")
        }
        FaultKind::Shape(takes) => {
            format!("`{path}` of `{entity}` is not what {resource_type} takes: {takes}")
        }
    };
    let finding = Finding::new(&RULE, entity, message)
        .why("AWS would refuse the resource, and take back the whole deployment");
    match kind {
        FaultKind::Unknown(names) => {
            let name = path.rsplit('/').next().unwrap_or_default();
            match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("there are {}", names.join(", "))),
            }
        }
        FaultKind::Missing => finding.help("set it"),
        FaultKind::Shape(_) => finding.help("change the value"),
    }
}

fn no_such_type(resource: &Resource<'_>) -> Finding {
    let (entity, resource_type) = (resource.part.entity, &resource.resource_type);
    let message =
        format!("`{entity}` is of the type {resource_type}, which CloudFormation does not have");
    let finding = Finding::new(&RULE, entity, message)
        .declared(resource.part.facts, "declared here")
        .why("AWS would refuse the whole template");
    match nearest(resource_type, schema::names()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => {
            finding.help("correct the type; its name is in CloudFormation's resource reference")
        }
    }
}

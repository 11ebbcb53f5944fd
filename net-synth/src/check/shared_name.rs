#![doc = include_str!("shared_name.md")]

use crate::{
    Plan,
    plan::{PhysicalName, Resource, Sharing},
};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
};
use std::collections::BTreeMap;

/// One name for several resources.
pub const RULE: Rule = Rule {
    code: "P110",
    severity: Severity::Error,
    title: "one name for several resources",
    acceptable: false,
    explanation: include_str!("shared_name.md"),
};

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    let mut named: BTreeMap<(&str, String), &Resource<'_>> = BTreeMap::new();
    for resource in &plan.resources {
        let kind = resource.resource_type.as_str();
        let Some(naming) = PhysicalName::of(kind) else { continue };
        let Some(name) = naming.known(&resource.properties, plan) else { continue };
        let Some(told) = naming.told_apart(&name) else { continue };
        let Some(other) = named.insert((kind, told), resource) else { continue };
        let case = match naming.sharing {
            Sharing::OneWhateverTheCase => ", whatever the case of its letters",
            Sharing::One | Sharing::Any => "",
        };
        let entities = match other.part.entity == resource.part.entity {
            true => format!("two resources of `{}`", resource.part.entity),
            false => format!("`{}` and `{}`", other.part.entity, resource.part.entity),
        };
        findings.add(
            Finding::new(
                &RULE,
                resource.part.entity,
                format!("{entities} have the name `{name}` in the stack `{}`", plan.name),
            )
            .declared(other.part.facts, "one of them")
            .declared(resource.part.facts, "and the other")
            .why(format!("AWS has one {kind} of a name in an account and region{case}"))
            .help("give one of them another name, or leave the name out: AWS makes one up"),
        );
    }
}

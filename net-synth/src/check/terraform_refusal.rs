#![doc = include_str!("terraform_refusal.md")]

use super::raw_shape::set_by;
use crate::{
    Plan,
    emit::{Lacks, Missing, refusals},
    plan::Resource,
};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
};

/// What Terraform would refuse.
pub const RULE: Rule = Rule {
    code: "P301",
    severity: Severity::Error,
    title: "what Terraform would refuse",
    acceptable: false,
    explanation: include_str!("terraform_refusal.md"),
};

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    for (resource, missing) in refusals(plan) {
        findings.add(finding(resource, &missing));
    }
}

fn finding(resource: &Resource<'_>, Missing { path, lacks }: &Missing) -> Finding {
    let (entity, kind) = (resource.part.entity, &resource.resource_type);
    let (message, help) = match lacks {
        Lacks::Argument => (
            format!("`{path}` of `{entity}` has no argument in Terraform's provider"),
            "or take the property away",
        ),
        Lacks::Expression => (
            format!("`{path}` of `{entity}` has a value that Terraform has no expression for"),
            "or set another value: texts, and references to what is in the network",
        ),
        Lacks::Resource => (
            format!("`{entity}` is of the type {kind}, which Terraform cannot make"),
            "or do without it",
        ),
    };
    let key = set_by(resource, path).unwrap_or_default();
    Finding::new(&RULE, entity, message)
        .given(resource.part.facts, &key, "asked for here")
        .why("main.tf.json refuses to be planned, so that nothing is left out silently")
        .help("deploy template.json")
        .help(help)
}

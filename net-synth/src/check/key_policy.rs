#![doc = include_str!("key_policy.md")]

use crate::{
    Plan,
    plan::{Key, KeyUse, Value, key},
};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
    property::PROPERTY,
};

/// Key that a service may not use.
pub const RULE: Rule = Rule {
    code: "P108",
    severity: Severity::Error,
    title: "key that a service may not use",
    acceptable: true,
    explanation: include_str!("key_policy.md"),
};

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    for needed in &plan.keys {
        let (why, help) = match &needed.key {
            Key::Managed(alias) => (
                format!("`{alias}` is for one service, and its policy cannot be changed"),
                "make a key of your own, as a raw `AWS::KMS::Key`, whose policy says".to_owned(),
            ),
            Key::Arn(Value::Arn(id)) => {
                let Some(resource) = plan.resource(id) else { continue };
                let policy = resource.properties.get("KeyPolicy");
                if policy.is_some_and(|policy| key::policy_allows(policy, &needed.service)) {
                    continue;
                }
                let why = "a service uses a key only if the key's own policy allows it";
                let help =
                    format!("add to `KeyPolicy` of `{}` the statement", resource.part.entity);
                (why.to_owned(), help)
            }
            // What stands elsewhere is another rule's.
            Key::Arn(_) | Key::Alias(_) | Key::Unknown => continue,
        };
        findings.add(
            finding(&RULE, needed, "may not use")
                .why(why)
                .help(format!("{help} {}", needed.statement())),
        );
    }
}

/// A finding about a key that a service needs.
pub(super) fn finding(rule: &'static Rule, needed: &KeyUse<'_>, what: &str) -> Finding {
    let (entity, property) = (needed.entity, needed.property);
    let service = &needed.service;
    let principal = match service.principal.as_text() {
        Some(principal) => principal.to_owned(),
        None => "logs.REGION.amazonaws.com".to_owned(),
    };
    let message = format!(
        "{principal} {what} the key of `{entity}`: {}, which takes {}",
        service.purpose,
        service.actions.join(" and ")
    );
    Finding::new(rule, entity, message).given(
        needed.facts,
        &format!("{PROPERTY}{property}"),
        "encrypted here",
    )
}

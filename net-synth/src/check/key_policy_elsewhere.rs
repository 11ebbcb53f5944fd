#![doc = include_str!("key_policy_elsewhere.md")]

use super::key_policy;
use crate::{
    Plan,
    plan::{Key, Value},
};
use net_dsl::{
    Graph,
    check::{Findings, Rule, Severity},
};

/// Key whose policy is elsewhere.
pub const RULE: Rule = Rule {
    code: "P109",
    severity: Severity::Warning,
    title: "key whose policy is elsewhere",
    acceptable: true,
    explanation: include_str!("key_policy_elsewhere.md"),
};

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    for needed in &plan.keys {
        let is_elsewhere = match &needed.key {
            Key::Arn(Value::Arn(id)) => plan.resource(id).is_none(),
            Key::Arn(_) | Key::Alias(_) => true,
            Key::Managed(_) | Key::Unknown => false,
        };
        if !is_elsewhere {
            continue;
        }
        findings.add(
            key_policy::finding(&RULE, needed, "has to use")
                .why("a service uses a key only if the key's own policy allows it, and this policy is not the network's")
                .help(format!("the key's policy has to say {}", needed.statement())),
        );
    }
}

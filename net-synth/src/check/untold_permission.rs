#![doc = include_str!("untold_permission.md")]

use crate::Plan;
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
    property::PROPERTY,
};

/// Permission that nobody can tell.
pub const RULE: Rule = Rule {
    code: "P107",
    severity: Severity::Error,
    title: "permission that nobody can tell",
    acceptable: true,
    explanation: include_str!("untold_permission.md"),
};

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    for untold in &plan.untold {
        let (entity, property) = (untold.entity, untold.property);
        findings.add(
            Finding::new(
                &RULE,
                entity,
                format!("`{property}` of `{entity}` does not say what roles have to be allowed"),
            )
            .given(untold.facts, &format!("{PROPERTY}{property}"), "set here")
            .why("a role names what it may use by its ARN, and this value may come to anything: the role is allowed nothing, and AWS would refuse the first use")
            .help("give an ARN, or refer to a resource of the network by `Ref` or `Fn::GetAtt`")
            .help("or allow it yourself, by a raw `AWS::IAM::RolePolicy`, and accept the finding"),
        );
    }
}

//! Why a deployment failed, where the network says so.

use crate::{
    cloud::Event,
    error::Error,
    folder::{Declarations, Template},
};
use net_dsl::check::{Finding, Rule, Severity};

/// What AWS refused, told as a finding is.
static RULE: Rule = Rule {
    code: "D101",
    severity: Severity::Error,
    title: "a resource that AWS refuses",
    acceptable: false,
    explanation: "AWS refused a resource while the stack was changed.",
};

/// The resources that failed by themselves, with entity, brick and place in the source.
pub(crate) fn of(
    stack: &str,
    status: &str,
    causes: &[Event],
    template: &Template,
    declarations: &Declarations,
) -> Error {
    let findings: Vec<Finding> =
        causes.iter().map(|c| finding(c, template, declarations)).collect();
    if !findings.is_empty() {
        use std::io::Write as _;
        let report = net_synth::report::render(&findings);
        // Nobody listens: the error below stands all the same.
        let _ = anstream::stderr().write_all(report.as_bytes());
    }
    let error = Error::new(format!("`{stack}` was not deployed: it is {status}"));
    let error = match status {
        "ROLLBACK_COMPLETE" => error.why("everything that was made for it is gone again"),
        "UPDATE_ROLLBACK_COMPLETE" => error.why("everything is as it was before"),
        "UPDATE_ROLLBACK_FAILED" => error
            .why("going back failed too: `synth deploy` again says which commands of AWS's help"),
        "DELETE_COMPLETE" => error.why("somebody deleted the stack meanwhile"),
        _ => error,
    };
    error
        .help("change the network and run `synth deploy` again")
        .help(format!("all events: aws cloudformation describe-stack-events --stack-name {stack}"))
}

fn finding(event: &Event, template: &Template, declarations: &Declarations) -> Finding {
    let kind = &event.resource_type;
    let reason = event.reason.as_deref().unwrap_or("AWS gives no reason");
    let message = format!("AWS refuses `{}`, {kind}", event.resource);
    let mut finding = Finding::of_network(&RULE, message).why(reason);
    if let Some(provenance) = template.provenance(&event.resource) {
        if let Some(facts) = declarations.of(provenance.entity) {
            finding = finding.declared(facts, &format!("`{}` is declared here", provenance.entity));
        }
        let bricks = match provenance.bricks.as_slice() {
            [] => String::new(),
            bricks => format!(", of {}", bricks.join(" and ")),
        };
        finding = finding.help(format!("it is made for `{}`{bricks}", provenance.entity));
    }
    finding
}

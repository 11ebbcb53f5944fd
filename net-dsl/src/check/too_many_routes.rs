#![doc = include_str!("too_many_routes.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{Verb, entity::Kind};

/// More routes than an API holds.
pub const RULE: Rule = Rule {
    code: "N602",
    severity: Severity::Warning,
    title: "more routes than an API holds",
    acceptable: true,
    explanation: include_str!("too_many_routes.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, api) in context.graph.of_kind(Kind::HttpApi) {
        let routes = api.outgoing(Verb::Routes).count();
        if routes <= ROUTES {
            continue;
        }
        let message = format!("`{}` has {routes} routes, and an API holds {ROUTES}", api.id);
        findings.add(
            Finding::new(&RULE, api.id, message)
                .declared(api.facts, "declared here")
                .why("API Gateway refuses the routes beyond its quota, and the stack fails")
                .help("use routes with placeholders, or several APIs")
                .help("or let AWS raise the quota of your account"),
        );
    }
}

/// Routes of one HTTP API, unless AWS raises the quota (API Gateway quotas).
pub const ROUTES: usize = 300;

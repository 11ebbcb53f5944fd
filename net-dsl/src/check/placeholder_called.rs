#![doc = include_str!("placeholder_called.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{Verb, entity::Kind};

/// Bus that calls a route with a placeholder.
pub const RULE: Rule = Rule {
    code: "N802",
    severity: Severity::Error,
    title: "bus that calls a route with a placeholder",
    acceptable: false,
    explanation: include_str!("placeholder_called.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, bus) in context.graph.of_kind(Kind::EventBus) {
        for (to, link) in bus.outgoing(Verb::Calls) {
            let route = link.label();
            if !route.contains('{') && !route.starts_with("ANY ") {
                continue;
            }
            let service = context.node(to).id;
            findings.add(
                Finding::new(&RULE, bus.id, format!("`{}` calls `{route}` of `{service}`", bus.id))
                    .declared(link.facts(), "linked here")
                    .why("an API destination is one method and one URL, and nothing says what stands for the rest")
                    .help("write the route out, as `route!(POST \"/orders\" => Placed)`"),
            );
        }
    }
}

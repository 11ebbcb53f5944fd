#![doc = include_str!("idle_source.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{Verb, entity::Kind};

/// Source that starts nothing.
pub const RULE: Rule = Rule {
    code: "N205",
    severity: Severity::Warning,
    title: "source that starts nothing",
    acceptable: true,
    explanation: include_str!("idle_source.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        let help = match node.kind {
            Some(Kind::Schedule | Kind::AlexaSkill) => "link it: `source.triggers(&function)`",
            Some(Kind::HttpApi) => "link it: `api.routes(route!(…), &function)`",
            _ => continue,
        };
        if node.outgoing(Verb::Triggers).chain(node.outgoing(Verb::Routes)).next().is_none() {
            findings.add(
                Finding::new(&RULE, node.id, format!("`{}` starts nothing", node.id))
                    .declared(node.facts, "declared here")
                    .why("whatever happens there, nobody would learn of it")
                    .help(help)
                    .help("or add the brick that does"),
            );
        }
    }
}

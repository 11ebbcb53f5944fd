#![doc = include_str!("timeout_over_http_limit.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::{Kind, function},
};

/// Function slower than its HTTP API waits.
pub const RULE: Rule = Rule {
    code: "N404",
    severity: Severity::Warning,
    title: "function slower than its HTTP API waits",
    acceptable: true,
    explanation: include_str!("timeout_over_http_limit.md"),
};

/// How long an HTTP API waits for an integration, in seconds (API Gateway quotas).
pub const HTTP_API_TIMEOUT: u64 = 30;

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, api) in context.graph.of_kind(Kind::HttpApi) {
        let mut seen = None;
        for (to, link) in api.outgoing(Verb::Routes) {
            let function = context.node(to);
            let timeout = function::timeout(function.facts);
            // One finding a function, however many routes lead to it.
            if timeout <= HTTP_API_TIMEOUT || seen.replace(to) == Some(to) {
                continue;
            }
            let message = format!(
                "`{}` waits {HTTP_API_TIMEOUT} s for `{}`, which may take {timeout} s",
                api.id, function.id
            );
            findings.add(
                Finding::new(&RULE, function.id, message)
                    .given(function.facts, function::TIMEOUT.key(function.facts), "the timeout")
                    .declared(link.facts(), "routed here")
                    .why("the caller would get an error while the function goes on")
                    .help(format!("lower its timeout to {HTTP_API_TIMEOUT} s at the most"))
                    .help("or answer at once and send the work to a queue"),
            );
        }
    }
}

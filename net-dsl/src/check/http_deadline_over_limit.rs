#![doc = include_str!("http_deadline_over_limit.md")]

use super::deadline_path::own_deadline;
use super::timeout_over_http_limit::HTTP_API_TIMEOUT;
use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::{DEADLINE, Kind};

/// HTTP deadline that nobody waits for.
pub const RULE: Rule = Rule {
    code: "N406",
    severity: Severity::Warning,
    title: "HTTP deadline that nobody waits for",
    acceptable: true,
    explanation: include_str!("http_deadline_over_limit.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, api) in context.graph.of_kind(Kind::HttpApi) {
        let Some(deadline) = own_deadline(api).filter(|deadline| *deadline > HTTP_API_TIMEOUT)
        else {
            continue;
        };
        let message = format!(
            "requests of `{}` are due in {deadline} s, and their callers wait {HTTP_API_TIMEOUT} s",
            api.id
        );
        findings.add(
            Finding::new(&RULE, api.id, message)
                .given(api.facts, DEADLINE.key(), "the deadline")
                .why("the API answers with an error first, whatever its functions are still doing")
                .help(format!("set a deadline of {HTTP_API_TIMEOUT} s at the most"))
                .help("or, for work that goes on after the answer, set it on the queue or the topic that takes the work"),
        );
    }
}

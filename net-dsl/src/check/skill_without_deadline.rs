#![doc = include_str!("skill_without_deadline.md")]

use super::deadline_path::own_deadline;
use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::{DEADLINE, Kind};

/// Skill without Alexa's deadline.
pub const RULE: Rule = Rule {
    code: "N407",
    severity: Severity::Warning,
    title: "skill without Alexa's deadline",
    acceptable: true,
    explanation: include_str!("skill_without_deadline.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, skill) in context.graph.of_kind(Kind::AlexaSkill) {
        let message = match own_deadline(skill) {
            Some(deadline) if deadline <= ALEXA_TIMEOUT => continue,
            Some(deadline) => format!(
                "directives of `{}` are due in {deadline} s, and Alexa waits {ALEXA_TIMEOUT} s",
                skill.id
            ),
            None => format!("`{}` has no deadline, and Alexa waits {ALEXA_TIMEOUT} s", skill.id),
        };
        findings.add(
            Finding::new(&RULE, skill.id, message)
                .given(skill.facts, DEADLINE.key(), "the skill")
                .why("Alexa tells the user that the device does not respond, and no rule looks at the times of the path")
                .help(format!("say `.deadline(seconds!({ALEXA_TIMEOUT}))`")),
        );
    }
}

/// How long Alexa waits for a response or a deferred response, in seconds ("Alexa.Response" and
/// "Alexa.DeferredResponse", Alexa Smart Home documentation).
pub const ALEXA_TIMEOUT: u64 = 8;

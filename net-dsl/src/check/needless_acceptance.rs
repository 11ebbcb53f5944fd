#![doc = include_str!("needless_acceptance.md")]

use super::{Acceptance, Context, Finding, Findings, Rule, Severity};
use crate::Id;

/// An acceptance of nothing.
pub const RULE: Rule = Rule {
    code: "N105",
    severity: Severity::Warning,
    title: "an acceptance of nothing",
    acceptable: false,
    explanation: include_str!("needless_acceptance.md"),
};

/// Found when findings are accepted, once every other rule has run.
pub(super) fn find(_: &Context<'_, '_>, _: &mut Findings) {}

pub(super) fn finding(
    entity: &Id,
    code: &str,
    rule: Option<&'static Rule>,
    acceptance: &Acceptance,
) -> Finding {
    let (message, help) = match rule {
        None => (
            format!("`{entity}` accepts {code}, and there is no such rule"),
            "`explain` without a code lists the rules",
        ),
        Some(rule) if !rule.acceptable => (
            format!("`{entity}` accepts {code}, which cannot be accepted"),
            "there is no sensible template with it: repair what it is about",
        ),
        Some(_) if acceptance.reason.trim().is_empty() => (
            format!("`{entity}` accepts {code} without a reason"),
            "say why it is no trouble here, for whoever reads the report",
        ),
        Some(_) => (
            format!("`{entity}` accepts {code}, which is not found there"),
            "drop the `accept`: it would hide the next one",
        ),
    };
    let finding = Finding::new(&RULE, entity, message)
        .why("an acceptance that accepts nothing is left over, or meant for something else")
        .help(help);
    match &acceptance.at {
        Some(at) => finding.label(at, "accepted here"),
        None => finding,
    }
}

#![doc = include_str!("two_kinds.md")]

use super::kind_claims::{claims, mix_fifo_and_standard};
use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::Kind;

/// One name, two kinds.
pub const RULE: Rule = Rule {
    code: "N102",
    severity: Severity::Error,
    title: "one name, two kinds",
    acceptable: false,
    explanation: include_str!("two_kinds.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        let Some(claims) = claims(node.facts).filter(|claims| !mix_fifo_and_standard(claims))
        else {
            continue;
        };
        let kinds: Vec<_> = claims.iter().map(Kind::article).collect();
        let message = format!("`{}` is {}", node.id, kinds.join(" and "));
        let mut finding = Finding::new(&RULE, node.id, message);
        for (claim, kind) in claims.iter().zip(kinds) {
            for origin in &claim.at {
                finding = finding.label(origin, format!("{kind} here"));
            }
        }
        findings.add(
            finding
                .why("entities of one name are one entity once their networks are added")
                .help("give one of them another name, or use a brick twice with `Network::prefix`"),
        );
    }
}

#![doc = include_str!("overlapping_objects.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    entity::{
        Kind,
        bucket::{self, OBJECT_PREFIX},
    },
    facts::{Scalar, Value},
};
use smol_str::SmolStr;

/// Two types of objects under one prefix.
pub const RULE: Rule = Rule {
    code: "N703",
    severity: Severity::Warning,
    title: "two types of objects under one prefix",
    acceptable: true,
    explanation: include_str!("overlapping_objects.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Bucket) {
        let prefix = |value: &Value| SmolStr::load(value);
        let held: Vec<(&str, SmolStr)> = node
            .facts
            .below(OBJECT_PREFIX)
            .filter_map(|(what, flat)| Some((what, flat.agreed().and_then(prefix)?)))
            .collect();
        for (at, (one, prefix)) in held.iter().enumerate() {
            for (other, other_prefix) in &held[at + 1..] {
                if !bucket::overlap(prefix, other_prefix) {
                    continue;
                }
                let message = format!("`{}` holds `{one}` and `{other}` in one place", node.id);
                findings.add(
                    Finding::new(&RULE, node.id, message)
                        .declared(node.facts, &format!("under `{prefix}` and `{other_prefix}`"))
                        .why("keys of one may be keys of the other: who lists, expires or is told of one meets both")
                        .help("give each a prefix that the other does not start with, in `objects!`"),
                );
            }
        }
    }
}

#![doc = include_str!("stream_without_images.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::{Kind, table::STREAM_VIEW},
};

/// Stream without what its readers take.
pub const RULE: Rule = Rule {
    code: "N311",
    severity: Severity::Error,
    title: "stream without what its readers take",
    acceptable: true,
    explanation: include_str!("stream_without_images.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, table) in context.graph.of_kind(Kind::Table) {
        let Some(view) = table.facts.property(STREAM_VIEW) else { continue };
        let lacks = match view.as_str() {
            Some("KEYS_ONLY") => "neither of its images: `before` and `after` are both `None`",
            Some("NEW_IMAGE") => "no image of before: every change looks like a new item",
            Some("OLD_IMAGE") => "no image of after: every change looks like a deletion",
            Some(_) | None => continue,
        };
        let readers: Vec<_> = table.outgoing(Verb::Triggers).collect();
        if readers.is_empty() {
            continue;
        }
        let names: Vec<_> =
            readers.iter().map(|(to, _)| format!("`{}`", context.node(*to).id)).collect();
        let message = format!(
            "the stream of `{}` has {}, and starts {}, which takes a `Change`",
            table.id,
            view.as_str().unwrap_or_default(),
            names.join(" and ")
        );
        let mut finding = Finding::new(&RULE, table.id, message).given(
            table.facts,
            table.facts.property_key(STREAM_VIEW).unwrap_or_default(),
            "the stream's view",
        );
        for (_, link) in &readers {
            finding = finding.declared(link.facts(), "starts it here");
        }
        findings.add(finding.why(format!("a record of this stream has {lacks}")).help(
            "leave `STREAM_SPECIFICATION_STREAM_VIEW_TYPE` out: it becomes `NEW_AND_OLD_IMAGES`",
        ));
    }
}

#![doc = include_str!("large_batch_without_window.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::Kind,
    link::{BATCH_SIZE, batch_size, batch_window},
};

/// Large batch without a window.
pub const RULE: Rule = Rule {
    code: "N307",
    severity: Severity::Error,
    title: "large batch without a window",
    acceptable: false,
    explanation: include_str!("large_batch_without_window.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Queue) {
        for (to, link) in node.outgoing(Verb::Triggers) {
            let Some(size) = batch_size(link.facts()) else { continue };
            let window = batch_window(link.facts());
            if size > LARGE && window == 0 {
                let function = context.node(to).id;
                let message =
                    format!("`{}` gives `{function}` batches of {size} without waiting", node.id);
                findings.add(
                    Finding::new(&RULE, node.id, message)
                        .given(link.facts(), BATCH_SIZE.key(), "the batch size")
                        .why(format!(
                            "Lambda wants a batch window for batches of more than {LARGE}"
                        ))
                        .help("say how long to wait for one: `.batch_window(seconds!(1))`"),
                );
            }
        }
    }
}

/// What one poll of SQS fetches.
const LARGE: u64 = 10;

#![doc = include_str!("batch_window_on_deadline_path.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::DEADLINE,
    link::{BATCH_WINDOW, batch_window},
};

/// Batch window on a deadline path.
pub const RULE: Rule = Rule {
    code: "N401",
    severity: Severity::Warning,
    title: "batch window on a deadline path",
    acceptable: true,
    explanation: include_str!("batch_window_on_deadline_path.md"),
};

/// A window that takes no more than this part of the deadline is nobody's trouble.
const SMALL_PART: u64 = 10;

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (number, node) in context.graph.nodes().iter().enumerate() {
        for (to, link) in node.outgoing(Verb::Triggers) {
            let window = batch_window(link.facts());
            if window == 0 {
                continue;
            }
            let Some(deadline) = context.deadlines()[number] else { continue };
            if window * SMALL_PART <= deadline.seconds {
                continue;
            }
            let source = context.node(deadline.set_by);
            let message = format!(
                "`{}` waits {window} s for `{}`, and what enters `{}` is due in {} s",
                context.node(to).id,
                node.id,
                source.id,
                deadline.seconds
            );
            findings.add(
                Finding::new(&RULE, node.id, message)
                    .given(link.facts(), BATCH_WINDOW.key(link.facts()), "the batch window")
                    .given(source.facts, DEADLINE.key(), "the deadline")
                    .why("in quiet hours every message waits the whole window for company")
                    .help("drop `batch_window` on this link, or move the deadline"),
            );
        }
    }
}

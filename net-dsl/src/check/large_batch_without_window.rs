#![doc = include_str!("large_batch_without_window.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    GraphNode, Link, Verb,
    entity::Kind,
    link::{BATCH_SIZE, batch_window},
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
    for (_, node) in context.graph.of_kind(Kind::FifoQueue) {
        for (to, link) in node.outgoing(Verb::Triggers) {
            fifo(node, context.node(to), link, findings);
        }
    }
    for (_, node) in context.graph.of_kind(Kind::Queue) {
        for (to, link) in node.outgoing(Verb::Triggers) {
            let Some(size) = link.facts().setting(BATCH_SIZE) else { continue };
            let window = batch_window(link.facts());
            if size > LARGE && window == 0 {
                let function = context.node(to).id;
                let message =
                    format!("`{}` gives `{function}` batches of {size} without waiting", node.id);
                findings.add(
                    Finding::new(&RULE, node.id, message)
                        .given(link.facts(), BATCH_SIZE.key(link.facts()), "the batch size")
                        .why(format!(
                            "Lambda wants a batch window for batches of more than {LARGE}"
                        ))
                        .help("say how long to wait for one: `.batch_window(seconds!(1))`"),
                );
            }
        }
    }
}

/// A FIFO queue's batches are small and do not wait: an override may say otherwise.
fn fifo(node: &GraphNode<'_>, function: &GraphNode<'_>, link: &Link, findings: &mut Findings) {
    let size = link.facts().setting(BATCH_SIZE).filter(|size| *size > LARGE);
    let window = Some(batch_window(link.facts())).filter(|window| *window > 0);
    let refused = match (size, window) {
        (Some(size), _) => format!("batches of {size}"),
        (None, Some(window)) => format!("a batch window of {window} s"),
        (None, None) => return,
    };
    let message = format!("`{}` is a FIFO queue, and gives `{}` {refused}", node.id, function.id);
    findings.add(
        Finding::new(&RULE, node.id, message)
            .declared(link.facts(), "linked here")
            .why(format!("Lambda takes at most {LARGE} messages of a FIFO queue, and at once"))
            .help("drop the override of the event source mapping"),
    );
}

/// What one poll of SQS fetches.
const LARGE: u64 = 10;

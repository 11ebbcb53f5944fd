#![doc = include_str!("visibility_below_timeout.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    GraphNode, Verb,
    entity::{Kind, function, queue},
};

/// Visibility timeout below the consumer's timeout.
pub const RULE: Rule = Rule {
    code: "N305",
    severity: Severity::Error,
    title: "visibility timeout below the consumer's timeout",
    acceptable: false,
    explanation: include_str!("visibility_below_timeout.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    each(context, |queue, visibility, function, timeout| {
        if visibility < timeout {
            let message = format!(
                "messages of `{}` come back after {visibility} s, and `{}` may take {timeout} s",
                queue.id, function.id
            );
            findings.add(finding(&RULE, queue, function, message).why(
                "AWS refuses the event source mapping: a message could be in two runs at once",
            ).help(format!("leave `visibility_timeout` out: it becomes {} s", 6 * timeout)));
        }
    });
}

/// Every pair of a queue whose visibility timeout is set and a function it starts.
pub(super) fn each(
    context: &Context<'_, '_>,
    mut look: impl FnMut(&GraphNode<'_>, u64, &GraphNode<'_>, u64),
) {
    for node in context.graph.nodes() {
        if !matches!(node.kind, Some(Kind::Queue | Kind::FifoQueue)) {
            continue;
        }
        if let Some(visibility) = queue::visibility_timeout(node.facts) {
            for (to, _) in node.outgoing(Verb::Triggers) {
                let function = context.node(to);
                look(node, visibility, function, function::timeout(function.facts));
            }
        }
    }
}

pub(super) fn finding(
    rule: &'static Rule,
    queue: &GraphNode<'_>,
    function: &GraphNode<'_>,
    message: String,
) -> Finding {
    Finding::new(rule, queue.id, message)
        .given(queue.facts, queue::VISIBILITY_TIMEOUT.key(), "the visibility timeout")
        .given(function.facts, function::TIMEOUT.key(), "the function's timeout")
}

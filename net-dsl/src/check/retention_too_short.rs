#![doc = include_str!("retention_too_short.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::entity::{
    DEADLINE,
    queue::{self, DELAY, RETENTION, VISIBILITY_TIMEOUT},
};

/// Messages dropped before their time.
pub const RULE: Rule = Rule {
    code: "N308",
    severity: Severity::Error,
    title: "messages dropped before their time",
    acceptable: true,
    explanation: include_str!("retention_too_short.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (number, node) in context.graph.nodes().iter().enumerate() {
        if !node.is_queue() {
            continue;
        }
        let retention = queue::retention(node.facts);
        let visibility = queue::effective_visibility_timeout(context.graph, node);
        let due = context.deadlines()[number];
        let source = due.map_or(node, |deadline| context.node(deadline.set_by));
        let times = [
            (
                Some(queue::delay(node.facts)),
                "are held back for",
                (node.facts, DELAY.key(node.facts), "the delay"),
                "they are dropped before anybody may take them",
            ),
            (
                Some(visibility),
                "are hidden while they are handled for",
                (node.facts, VISIBILITY_TIMEOUT.key(node.facts), "the visibility timeout"),
                "a message whose run fails is dropped before it comes back: it is neither tried \
                 again nor put into the dead-letter queue",
            ),
            (
                due.map(|deadline| deadline.seconds),
                "are in time for",
                (source.facts, DEADLINE.key(), "the deadline"),
                "what still could be done in time is dropped",
            ),
        ];
        for (seconds, what, (facts, key, text), why) in times {
            let Some(seconds) = seconds.filter(|seconds| retention <= *seconds) else { continue };
            let message =
                format!("`{}` keeps messages {retention} s, and they {what} {seconds} s", node.id);
            findings.add(
                Finding::new(&RULE, node.id, message)
                    .given(node.facts, RETENTION.key(node.facts), "the retention")
                    .given(facts, key, text)
                    .why(why)
                    .help(format!(
                        "keep them longer than {seconds} s, or leave `retention` out: 4 days"
                    )),
            );
            break;
        }
    }
}

#![doc = include_str!("visibility_below_timeout.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    GraphNode, Link, Verb,
    entity::{function, queue},
    link::{BATCH_WINDOW, batch_window},
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
    each(context, |pair| {
        let Pair { queue, function, visibility, timeout, window, .. } = pair;
        let why = if visibility < timeout {
            "AWS refuses the event source mapping: a message could be in two runs at once"
        } else if visibility < timeout + window {
            "a message that waits for its batch is hidden all the while: it would come back \
             before its run has ended, and be in two runs at once"
        } else {
            return;
        };
        let message = format!(
            "messages of `{}` come back after {visibility} s, and `{}` may take {}",
            queue.id,
            function.id,
            pair.time()
        );
        findings.add(pair.finding(&RULE, message).why(why));
    });
}

/// A queue whose visibility timeout is set, and a function it starts; times in seconds.
pub(super) struct Pair<'a> {
    pub(super) queue: &'a GraphNode<'a>,
    pub(super) function: &'a GraphNode<'a>,
    link: &'a Link,
    pub(super) visibility: u64,
    pub(super) timeout: u64,
    pub(super) window: u64,
}

impl Pair<'_> {
    /// The visibility timeout that the pair needs.
    pub(super) fn needed(&self) -> u64 {
        queue::needed_visibility_timeout(self.function.facts, self.link.facts())
    }

    fn time(&self) -> String {
        match self.window {
            0 => format!("{} s", self.timeout),
            window => format!("{} s after a batch window of {window} s", self.timeout),
        }
    }

    pub(super) fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        let finding = Finding::new(rule, self.queue.id, message)
            .given(
                self.queue.facts,
                queue::VISIBILITY_TIMEOUT.key(self.queue.facts),
                "the visibility timeout",
            )
            .given(
                self.function.facts,
                function::TIMEOUT.key(self.function.facts),
                "the function's timeout",
            );
        let finding = match self.window {
            0 => finding,
            _ => finding.given(
                self.link.facts(),
                BATCH_WINDOW.key(self.link.facts()),
                "the batch window",
            ),
        };
        finding.help(format!("leave `visibility_timeout` out: it becomes {} s", self.needed()))
    }
}

/// Every pair of a queue whose visibility timeout is set and a function it starts.
pub(super) fn each(context: &Context<'_, '_>, mut look: impl FnMut(Pair<'_>)) {
    for queue in context.graph.nodes() {
        if !queue.is_queue() {
            continue;
        }
        if let Some(visibility) = queue.facts.setting(queue::VISIBILITY_TIMEOUT) {
            for (to, link) in queue.outgoing(Verb::Triggers) {
                let function = context.node(to);
                let timeout = function::timeout(function.facts);
                let window = batch_window(link.facts());
                look(Pair { queue, function, link, visibility, timeout, window });
            }
        }
    }
}

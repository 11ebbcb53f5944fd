#![doc = include_str!("reserved_concurrency_too_low.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Verb,
    entity::{Kind, function::RESERVED_CONCURRENCY},
    link::MAX_CONCURRENCY,
};

/// Reserved concurrency below what queues may use.
pub const RULE: Rule = Rule {
    code: "N207",
    severity: Severity::Error,
    title: "reserved concurrency below what queues may use",
    acceptable: true,
    explanation: include_str!("reserved_concurrency_too_low.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, node) in context.graph.of_kind(Kind::Function) {
        let Some(reserved) = node.facts.setting(RESERVED_CONCURRENCY) else { continue };
        let key = RESERVED_CONCURRENCY.key(node.facts);
        if reserved == 0 {
            findings.add(
                Finding::new(
                    &RULE,
                    node.id,
                    format!("`{}` is never run: it may run 0 times at a time", node.id),
                )
                .given(node.facts, key, "the reserved concurrency")
                .why("Lambda throttles every event, and messages end in dead-letter queues")
                .help("leave `reserved_concurrency` out, or set 1 or more"),
            );
            continue;
        }
        let queues: Vec<_> = node
            .incoming(Verb::Triggers)
            .filter_map(|(from, link)| {
                Some((context.node(from), link, link.facts().setting(MAX_CONCURRENCY)?))
            })
            .collect();
        let wanted: u64 = queues.iter().map(|(_, _, runs)| runs).sum();
        if wanted <= reserved {
            continue;
        }
        let names: Vec<_> =
            queues.iter().map(|(queue, _, runs)| format!("`{}` ({runs})", queue.id)).collect();
        let message = format!(
            "`{}` may run {reserved} times at a time, and {} may start {wanted}",
            node.id,
            names.join(" and ")
        );
        let mut finding = Finding::new(&RULE, node.id, message).given(
            node.facts,
            key,
            "the reserved concurrency",
        );
        for (_, link, _) in &queues {
            finding = finding.given(
                link.facts(),
                MAX_CONCURRENCY.key(link.facts()),
                "the maximum concurrency",
            );
        }
        findings.add(
            finding
                .why("what comes on top is throttled: messages count a receive without a run, and end in the dead-letter queue")
                .help(format!("set `reserved_concurrency(count!({wanted}))` or more"))
                .help("or lower the maximum concurrencies until their sum fits"),
        );
    }
}

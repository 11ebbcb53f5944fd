#![doc = include_str!("need_without_link.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Id, Verb, binding,
    entity::{
        Kind, MESSAGE,
        function::{CONTRACT, INPUT, NEED},
    },
    network::parse_need,
};

/// Need without a link.
pub const RULE: Rule = Rule {
    code: "N201",
    severity: Severity::Error,
    title: "need without a link",
    acceptable: true,
    explanation: include_str!("need_without_link.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.of_kind(Kind::Function).map(|(_, node)| node) {
        for (verb, what) in node.facts.below(NEED).filter_map(|(need, _)| parse_need(need)) {
            if node.providers(verb, what).next().is_some() {
                continue;
            }
            let contract = node.facts.get(CONTRACT).unwrap_or_default();
            let asked = match verb {
                Verb::Sends => "and no link says where to",
                Verb::Asks => "and no link says whom",
                Verb::Calls => "and no link says which",
                _ => "and no link says of which table",
            };
            let message = format!("`{}` {verb} `{what}`, {asked}", node.id);
            let mut finding = Finding::new(&RULE, node.id, message)
                .declared(node.facts, &format!("contract `{contract}` {verb} `{what}`"))
                .why(format!(
                    "its code would fail at start: `{}` would not be set",
                    binding::variable(verb, what)
                ));
            let mut fits = providers(context, verb, what).peekable();
            if fits.peek().is_none() {
                finding = finding
                    .help(format!("nothing here {}: add the brick that does", takes(verb, what)));
            }
            for other in fits.take(3) {
                let method = if verb == Verb::Sends { "sends_to" } else { verb.as_str() };
                finding =
                    finding.help(format!("add `{}.{method}(&{})`", rust(node.id), rust(other)));
            }
            findings.add(finding);
        }
    }
}

fn takes(verb: Verb, what: &str) -> String {
    match verb {
        Verb::Sends => format!("takes `{what}`"),
        Verb::Asks => format!("answers `{what}`"),
        Verb::Calls => format!("is the service `{what}`"),
        _ => format!("holds `{what}`"),
    }
}

/// The entities that a link for the need could lead to.
fn providers<'n>(
    context: &Context<'_, 'n>,
    verb: Verb,
    what: &str,
) -> impl Iterator<Item = &'n Id> {
    context.graph.nodes().iter().filter_map(move |node| {
        let typed = match (verb, node.kind?) {
            (Verb::Sends, Kind::Queue | Kind::FifoQueue | Kind::Topic) => node.facts.get(MESSAGE),
            (Verb::Sends | Verb::Asks, Kind::Function) => node.facts.get(INPUT),
            (Verb::Reads | Verb::Writes, Kind::Table) => node.facts.get(MESSAGE),
            (Verb::Calls, Kind::ExternalService) => node.facts.get(MESSAGE),
            _ => None,
        };
        (typed? == what).then_some(node.id)
    })
}

/// A name as the variable that probably holds its handle.
fn rust(name: &Id) -> String {
    name.as_str().replace('-', "_")
}

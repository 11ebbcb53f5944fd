#![doc = include_str!("need_without_link.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Id, Verb, binding,
    entity::{
        Kind,
        function::{CONTRACT, NEED},
    },
    facts::Value,
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
        for (need, place) in node.facts.below(NEED) {
            let Some((verb, what)) = parse_need(need) else { continue };
            if node.providers(verb, what).next().is_some() {
                continue;
            }
            let contract = node.facts.get(CONTRACT).unwrap_or_default();
            let descriptor = verb.descriptor();
            let Some(words) = descriptor.need else { continue };
            let message = format!("`{}` {verb} `{what}`, {}", node.id, words.missing);
            let mut finding = Finding::new(&RULE, node.id, message)
                .declared(node.facts, &format!("contract `{contract}` {verb} `{what}`"))
                .why(format!(
                    "its code would fail at start: `{}` would not be set",
                    match place.agreed() {
                        Some(Value::Text(_)) => binding::bucket_variable(what),
                        Some(Value::Bool(_) | Value::Number(_) | Value::Json(_)) | None => {
                            binding::variable(verb, what)
                        }
                    }
                ));
            let mut fits = providers(context, verb, what).peekable();
            if fits.peek().is_none() {
                finding = finding.help(format!(
                    "nothing here {} `{what}`: add the brick that does",
                    words.provided_by
                ));
            }
            for other in fits.take(3) {
                let method = descriptor.method;
                finding =
                    finding.help(format!("add `{}.{method}(&{})`", rust(node.id), rust(other)));
            }
            findings.add(finding);
        }
    }
}

/// The entities that a link for the need could lead to.
fn providers<'n>(
    context: &Context<'_, 'n>,
    verb: Verb,
    what: &str,
) -> impl Iterator<Item = &'n Id> {
    context.graph.nodes().iter().filter_map(move |node| {
        let kind = node.descriptor()?;
        let provides = kind.provides.contains(&verb) && (kind.is_typed)(node.facts, what);
        provides.then_some(node.id)
    })
}

/// A name as the variable that probably holds its handle.
fn rust(name: &Id) -> String {
    name.as_str().replace('-', "_")
}

#![doc = include_str!("bus_loop.md")]

use super::{Context, Finding, Findings, Rule, Severity, invoke_cycle::loops};
use crate::{
    Link, Verb,
    entity::{Kind, MESSAGE, TYPE, function::TURNS},
};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Bus that starts what tells it the same again.
pub const RULE: Rule = Rule {
    code: "N804",
    severity: Severity::Error,
    title: "bus that starts what tells it the same again",
    acceptable: true,
    explanation: include_str!("bus_loop.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (number, bus) in context.graph.of_kind(Kind::EventBus) {
        for (to, link) in bus.outgoing(Verb::FansOut) {
            let Some(event) = event(link) else { continue };
            let is_bus = context.node(to).kind == Some(Kind::EventBus);
            let place = (number, Some(event.clone()));
            if is_bus && reached(context, place.clone()).contains(&place) {
                let message = format!("`{}` hands `{}` round to itself", bus.id, named(link));
                findings.add(
                    Finding::new(&RULE, bus.id, message)
                        .declared(link.facts(), "handed on here")
                        .why("nothing stops an event that goes round through buses")
                        .help("drop one of the links, or hand on another event"),
                );
            }
        }
        for (from, sent) in bus.incoming(Verb::Sends) {
            let Some(event) = event(sent) else { continue };
            if !reached(context, (number, Some(event.clone()))).contains(&(from, None)) {
                continue;
            }
            let sender = context.node(from).id;
            let message =
                format!("`{}` starts `{sender}`, which sends it `{}` again", bus.id, named(sent));
            let mut finding = Finding::new(&RULE, bus.id, message);
            for (_, link) in bus.out.iter().filter(|(_, link)| takes(link, &event)) {
                finding = finding.declared(link.facts(), "handed over here");
            }
            findings.add(
                finding
                    .declared(sent.facts(), "sent here")
                    .why("nothing stops a loop through a bus: Lambda's recursion guard does not look through EventBridge")
                    .help("send another event, with a type of its own")
                    .help("if the loop ends by itself, say after how many turns on one of its functions: `.turns(count!(…))`")
                    .help("if nobody can say how many, say `.loops()` on each of its functions"),
            );
        }
    }
}

/// The type of the event that a link is of.
fn event(link: &Link) -> Option<SmolStr> {
    link.facts().get(TYPE)
}

/// What people call it.
fn named(link: &Link) -> SmolStr {
    link.facts().get(MESSAGE).unwrap_or_default()
}

fn takes(link: &Link, told: &SmolStr) -> bool {
    event(link).as_ref() == Some(told)
}

/// What an event on a bus sets going, at once or in turn, up to functions that say how often they turn, or that
/// they may. A bus is
/// reached by an event; whatever else as a whole.
fn reached(
    context: &Context<'_, '_>,
    from: (usize, Option<SmolStr>),
) -> BTreeSet<(usize, Option<SmolStr>)> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some((number, told)) = open.pop() {
        for (to, link) in &context.node(number).out {
            let is_handed_over = told.as_ref().is_none_or(|told| takes(link, told));
            if !is_handed_over || !link.verb().descriptor().starts {
                continue;
            }
            let next = context.node(*to);
            if next.facts.get(TURNS).is_some() || loops(context, *to) {
                continue;
            }
            let is_bus = next.kind == Some(Kind::EventBus);
            let reached = (*to, is_bus.then(|| event(link)).flatten());
            if seen.insert(reached.clone()) {
                open.push(reached);
            }
        }
    }
    seen
}

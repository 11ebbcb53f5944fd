#![doc = include_str!("invoke_cycle.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Link, Verb,
    entity::function::{LOOPS, TURNS},
};
use std::collections::BTreeMap;

/// Invoke cycle.
pub const RULE: Rule = Rule {
    code: "N501",
    severity: Severity::Error,
    title: "invoke cycle",
    acceptable: true,
    explanation: include_str!("invoke_cycle.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    // A bound helps nobody who waits for himself.
    let asking = cycles(context, Verb::invokes).into_iter();
    let asking = asking.filter(|members| asks(context, members));
    let sending = unbounded_cycles(context, |_, link| link.verb().invokes()).into_iter();
    for members in asking.chain(sending.filter(|members| !asks(context, members))) {
        let asks = asks(context, &members);
        let allowed = members.iter().all(|&member| loops(context, member));
        if allowed && !asks {
            continue;
        }
        let entity = context.node(members[0]).id;
        let message = match members.len() {
            1 => format!("`{entity}` invokes itself"),
            _ => format!("{} invoke each other", names(context, &members)),
        };
        let mut finding = Finding::new(&RULE, entity, message);
        for (to, link) in links(context, &members) {
            let text = format!("{} `{}` here", link.verb(), context.node(to).id);
            finding = finding.declared(link.facts(), &text);
        }
        findings.add(if asks {
            finding
                .why("who asks waits, and is billed, until the other answers: nobody does")
                .help("send instead of asking, so that nobody waits")
        } else {
            finding
                .why("Lambda stops a chain of invocations after about 16 turns and drops the event")
                .help("if it ends by itself, say after how many turns on one of the functions: `.turns(count!(…))`")
                .help("if nobody can say how many, say `.loops()` on each of the functions")
        });
    }
}

/// Whether Lambda lets a function run in a loop, without a bound.
pub(super) fn loops(context: &Context<'_, '_>, member: usize) -> bool {
    context.node(member).facts.setting(LOOPS).unwrap_or_default()
}

fn asks(context: &Context<'_, '_>, members: &[usize]) -> bool {
    links(context, members).any(|(_, link)| link.verb() == Verb::Asks)
}

/// The cycles along links of some verbs, each with its entities in order of name.
fn cycles(context: &Context<'_, '_>, verbs: fn(Verb) -> bool) -> Vec<Vec<usize>> {
    by_cycle(context.graph.cycles_along(|_, link| verbs(link.verb())))
}

/// The same along some links, given where they lead, of those that go through no function which says how often it turns.
pub(super) fn unbounded_cycles(
    context: &Context<'_, '_>,
    follows: impl Fn(usize, &Link) -> bool,
) -> Vec<Vec<usize>> {
    let bounded = |number: usize| context.node(number).facts.get(TURNS).is_some();
    by_cycle(context.graph.cycles_along(|to, link| follows(to, link) && !bounded(to)))
}

fn by_cycle(numbers: Vec<Option<u32>>) -> Vec<Vec<usize>> {
    let mut cycles: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (number, cycle) in numbers.into_iter().enumerate() {
        if let Some(cycle) = cycle {
            cycles.entry(cycle).or_default().push(number);
        }
    }
    cycles.into_values().collect()
}

/// The links between the entities of a cycle.
pub(super) fn links<'a>(
    context: &'a Context<'_, '_>,
    members: &'a [usize],
) -> impl Iterator<Item = (usize, &'a Link)> {
    members
        .iter()
        .flat_map(|&member| context.node(member).out.iter().copied())
        .filter(|(to, link)| members.binary_search(to).is_ok() && link.verb().descriptor().carries)
}

pub(super) fn names(context: &Context<'_, '_>, members: &[usize]) -> String {
    let names: Vec<_> =
        members.iter().map(|&member| format!("`{}`", context.node(member).id)).collect();
    names.join(", ")
}

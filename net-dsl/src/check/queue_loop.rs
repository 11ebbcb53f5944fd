#![doc = include_str!("queue_loop.md")]

use super::invoke_cycle::{links, loops, names, unbounded_cycles};
use super::{Context, Finding, Findings, Rule, Severity};
use crate::{Verb, entity::Kind};

/// Self-feeding loop.
pub const RULE: Rule = Rule {
    code: "N502",
    severity: Severity::Warning,
    title: "self-feeding loop",
    acceptable: true,
    explanation: include_str!("queue_loop.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    // A table is part of a loop only if its stream starts something, an API only if it has routes.
    for members in unbounded_cycles(context, |to, link| {
        // Whether a bucket tells of what is written depends on where it lies: rule N701. What a bus starts
        // depends on the event: rule N804.
        let is_elsewhere = match link.verb() {
            Verb::Writes => context.node(to).kind == Some(Kind::Bucket),
            Verb::Sends | Verb::FansOut => context.node(to).kind == Some(Kind::EventBus),
            Verb::Triggers | Verb::Routes | Verb::Asks | Verb::Reads | Verb::Calls => false,
        };
        link.verb().descriptor().carries && !is_elsewhere
    }) {
        let kind = |member: &usize| context.node(*member).kind;
        let functions: Vec<_> =
            members.iter().filter(|member| kind(member) == Some(Kind::Function)).collect();
        if functions.len() == members.len()
            || functions.iter().all(|&&member| loops(context, member))
        {
            continue;
        }
        let through = |wanted| members.iter().any(|member| kind(member) == Some(wanted));
        let start = members.iter().find(|member| kind(member) != Some(Kind::Function));
        let entity = context.node(*start.unwrap_or(&members[0])).id;
        let message = format!("{} feed themselves", names(context, &members));
        let mut finding = Finding::new(&RULE, entity, message);
        for (to, link) in links(context, &members) {
            let text = format!("{} `{}` here", link.verb(), context.node(to).id);
            finding = finding.declared(link.facts(), &text);
        }
        findings.add(
            finding
                .why(if through(Kind::Table) {
                    "nothing stops a loop through a table's stream but the code itself"
                } else if through(Kind::HttpApi) {
                    "nothing stops a loop through an HTTP API but the code itself"
                } else {
                    "Lambda stops a message that comes round about 16 times and drops it"
                })
                .help("if the loop ends by itself, say after how many turns on one of its functions: `.turns(count!(…))`")
                .help("if nobody can say how many, say `.loops()` on each of its functions: it may then turn as often as it needs")
                .help("if not, send to another queue"),
        );
    }
}

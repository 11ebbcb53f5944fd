#![doc = include_str!("need_with_two_links.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Link, binding,
    entity::{Kind, MESSAGE},
};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Need with two links.
pub const RULE: Rule = Rule {
    code: "N202",
    severity: Severity::Error,
    title: "need with two links",
    acceptable: true,
    explanation: include_str!("need_with_two_links.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.of_kind(Kind::Function).map(|(_, node)| node) {
        // By the variable that binds it: reading and writing one item share one table.
        let bound = node.out.iter().filter_map(|(to, link)| {
            let what: SmolStr = link.facts().get(MESSAGE)?;
            Some((*to, *link, what))
        });
        let mut bound: Vec<_> = bound.collect();
        let order = |a: &(usize, &Link, SmolStr), b: &(usize, &Link, SmolStr)| {
            binding::compare((a.1.verb(), &a.2), (b.1.verb(), &b.2))
        };
        bound.sort_by(order);
        for links in bound.chunk_by(|a, b| order(a, b).is_eq()) {
            let ends: BTreeSet<usize> = links.iter().map(|(to, ..)| *to).collect();
            if ends.len() < 2 {
                continue;
            }
            let (verb, what) = (links[0].1.verb(), &links[0].2);
            let names: Vec<_> =
                ends.iter().map(|end| format!("`{}`", context.node(*end).id)).collect();
            let message = format!(
                "`{}` {verb} `{what}` by {} links: {}",
                node.id,
                ends.len(),
                names.join(" and ")
            );
            let mut finding = Finding::new(&RULE, node.id, message);
            for (to, link, _) in links {
                let text = format!("{} `{}` here", link.verb(), context.node(*to).id);
                finding = finding.declared(link.facts(), &text);
            }
            let finding =
                finding.why("the message type is the address: its code cannot tell the two apart");
            let helps = verb.descriptor().need.map_or(&[][..], |need| need.instead_of_two);
            findings.add(helps.iter().fold(finding, |finding, help| finding.help(*help)));
        }
    }
}

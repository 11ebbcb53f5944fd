#![doc = include_str!("need_with_two_links.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Link, binding,
    entity::{Kind, MESSAGE},
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

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
        let mut bound: BTreeMap<SmolStr, Vec<(usize, &Link)>> = BTreeMap::new();
        for &(to, link) in &node.out {
            if let Some(what) = link.facts().get(MESSAGE) {
                bound.entry(binding::variable(link.verb(), &what)).or_default().push((to, link));
            }
        }
        for links in bound.into_values() {
            let ends: BTreeSet<usize> = links.iter().map(|(to, _)| *to).collect();
            if ends.len() < 2 {
                continue;
            }
            let (verb, what) =
                (links[0].1.verb(), links[0].1.facts().get(MESSAGE).unwrap_or_default());
            let names: Vec<_> =
                ends.iter().map(|end| format!("`{}`", context.node(*end).id)).collect();
            let message = format!(
                "`{}` {verb} `{what}` by {} links: {}",
                node.id,
                ends.len(),
                names.join(" and ")
            );
            let mut finding = Finding::new(&RULE, node.id, message);
            for (to, link) in links {
                let text = format!("{} `{}` here", link.verb(), context.node(to).id);
                finding = finding.declared(link.facts(), &text);
            }
            let finding =
                finding.why("the message type is the address: its code cannot tell the two apart");
            let helps = verb.descriptor().need.map_or(&[][..], |need| need.instead_of_two);
            findings.add(helps.iter().fold(finding, |finding, help| finding.help(*help)));
        }
    }
}

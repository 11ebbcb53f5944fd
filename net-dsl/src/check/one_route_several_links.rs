#![doc = include_str!("one_route_several_links.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Link, Verb,
    entity::{Kind, http_api::identity},
};
use std::collections::{BTreeMap, BTreeSet};

/// One route, several links.
pub const RULE: Rule = Rule {
    code: "N601",
    severity: Severity::Error,
    title: "one route, several links",
    acceptable: false,
    explanation: include_str!("one_route_several_links.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (_, api) in context.graph.of_kind(Kind::HttpApi) {
        let mut routes: BTreeMap<String, Vec<(usize, &Link)>> = BTreeMap::new();
        for (to, link) in api.outgoing(Verb::Routes) {
            routes.entry(identity(link.label())).or_default().push((to, link));
        }
        for links in routes.into_values().filter(|links| links.len() > 1) {
            let routes: BTreeSet<_> =
                links.iter().map(|(_, link)| format!("`{}`", link.label())).collect();
            let routes: Vec<_> = routes.into_iter().collect();
            let functions: BTreeSet<_> =
                links.iter().map(|(to, _)| format!("`{}`", context.node(*to).id)).collect();
            let functions: Vec<_> = functions.into_iter().collect();
            let leads = format!("leads to {}", functions.join(" and "));
            let (message, why) = match routes.as_slice() {
                [route] => (
                    format!("{route} of `{}` {leads}", api.id),
                    "an API has one route for each method and path, and a route leads to one function",
                ),
                _ => (
                    format!(
                        "{} of `{}` are one route, which {leads}",
                        routes.join(" and "),
                        api.id
                    ),
                    "names of placeholders do not tell routes apart: the same requests match both",
                ),
            };
            let mut finding = Finding::new(&RULE, api.id, message);
            for (to, link) in &links {
                let text = format!("`{}` to `{}` here", link.label(), context.node(*to).id);
                finding = finding.declared(link.facts(), &text);
            }
            findings.add(
                finding
                    .why(why)
                    .help("drop one of the links, or give it another method or path")
                    .help("if both functions shall see the request: let one take it and send it to a `Topic`"),
            );
        }
    }
}

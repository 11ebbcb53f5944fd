#![doc = include_str!("transposed_link.md")]

use super::{Context, Finding, Findings, Rule, Severity};

/// Transposed network.
pub const RULE: Rule = Rule {
    code: "N104",
    severity: Severity::Error,
    title: "transposed network",
    acceptable: false,
    explanation: include_str!("transposed_link.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        if let Some((to, link)) = node.out.iter().find(|(_, link)| link.is_transposed()) {
            let to = context.node(*to).id;
            let message = format!("`{to} {} {}` is turned round", link.verb(), node.id);
            findings.add(
                Finding::new(&RULE, node.id, message)
                    .declared(link.facts(), "linked here")
                    .why("a transposed network answers questions; its links mean nothing to AWS")
                    .help("deploy the network as it was before `Network::transpose`"),
            );
        }
    }
}

#![doc = include_str!("shared_package.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    FunctionCode, GraphNode,
    entity::{Kind, function},
    facts::Facts,
};
use std::collections::BTreeMap;

/// Functions that cannot share one package.
pub const RULE: Rule = Rule {
    code: "N206",
    severity: Severity::Error,
    title: "functions that cannot share one package",
    acceptable: false,
    explanation: include_str!("shared_package.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    let mut packages: BTreeMap<String, Vec<Sharer<'_>>> = BTreeMap::new();
    for (_, node) in context.graph.of_kind(Kind::Function) {
        let Some(code) = node.facts.get(function::CODE) else { continue };
        let package = match &code {
            FunctionCode::Binary(binary) => binary.name().to_owned(),
            FunctionCode::Folder(folder) => folder.path().to_owned(),
        };
        packages.entry(package).or_default().push(Sharer { node, code });
    }
    for (package, sharers) in packages {
        let Some((first, others)) = sharers.split_first() else { continue };
        let Some(difference) = others.iter().find_map(|other| first.difference(other)) else {
            continue;
        };
        let names: Vec<_> = sharers.iter().map(|sharer| format!("`{}`", sharer.node.id)).collect();
        let (what, why, help) = match difference {
            Difference::Code => (
                "one as a binary and one as a folder",
                "both would be packaged under one name, and one of them would run the other's code",
                "give the folder or the binary another name",
            ),
            Difference::Contract => (
                "under different contracts",
                "a binary is the code of one contract: one of the functions would be started with \
                 what its code cannot read",
                "give each contract a binary of its own",
            ),
            Difference::Processor => (
                "on different processors",
                "one package holds a program for one processor: the other function would not start",
                "give the functions one architecture, or each a program of its own",
            ),
        };
        let message = format!("{} share `{package}` {what}", names.join(" and "));
        let mut finding = Finding::new(&RULE, first.node.id, message);
        for sharer in &sharers {
            let key = match difference {
                Difference::Code | Difference::Contract => function::CODE.key(),
                Difference::Processor => function::ARCHITECTURE.key(sharer.node.facts),
            };
            finding = finding.given(sharer.node.facts, key, &sharer.description());
        }
        findings.add(finding.why(why).help(help));
    }
}

/// A function and its code.
struct Sharer<'a> {
    node: &'a GraphNode<'a>,
    code: FunctionCode,
}

enum Difference {
    Code,
    Contract,
    Processor,
}

impl Sharer<'_> {
    /// Why two functions cannot share their package, if they cannot.
    fn difference(&self, other: &Sharer<'_>) -> Option<Difference> {
        let is_program = match (&self.code, &other.code) {
            (FunctionCode::Binary(_), FunctionCode::Binary(_)) => true,
            // A folder may hold many handlers, and its scripts run on any processor.
            (FunctionCode::Folder(folder), FunctionCode::Folder(_)) => folder.has_bootstrap(),
            (FunctionCode::Binary(_), FunctionCode::Folder(_))
            | (FunctionCode::Folder(_), FunctionCode::Binary(_)) => return Some(Difference::Code),
        };
        let is_binary = matches!(self.code, FunctionCode::Binary(_));
        let (mine, others) = (self.node.facts, other.node.facts);
        if is_binary && !are_of_one_contract(mine, others) {
            Some(Difference::Contract)
        } else if is_program && function::architecture(mine) != function::architecture(others) {
            Some(Difference::Processor)
        } else {
            None
        }
    }

    fn description(&self) -> String {
        let facts = self.node.facts;
        let contract = facts.get(function::CONTRACT).unwrap_or_default();
        let processor = function::architecture(facts);
        format!("`{}`: contract `{contract}`, {processor}", self.node.id)
    }
}

/// Two contracts of one name may differ in what they take, answer or need.
fn are_of_one_contract(one: &Facts, other: &Facts) -> bool {
    fn needs(facts: &Facts) -> impl Iterator<Item = &str> {
        facts.below(function::NEED).map(|(need, _)| need)
    }
    [function::CONTRACT, function::INPUT, function::OUTPUT]
        .into_iter()
        .all(|attribute| one.get(attribute) == other.get(attribute))
        && needs(one).eq(needs(other))
}

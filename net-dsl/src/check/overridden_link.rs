#![doc = include_str!("overridden_link.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Id,
    entity::{Kind, function},
    facts::Facts,
    property::PROPERTY,
};

/// Override of what follows from links.
pub const RULE: Rule = Rule {
    code: "N108",
    severity: Severity::Error,
    title: "override of what follows from links",
    acceptable: true,
    explanation: include_str!("overridden_link.md"),
};

/// The variables that tell a function where its needs are met.
const VARIABLES: &str = "function/Environment/Variables";

/// Properties that follow from links and types alone, and what is lost if they are set.
const FOLLOWS: &[(&str, &str)] = &[
    ("api/ProtocolType", "the routes are those of an HTTP API"),
    (
        "bucket/NotificationConfiguration",
        "the links say whom it tells of what, and a second notification would take their place",
    ),
    ("function/Role", "what the function's links let it do is in the role that is made for it"),
    ("mapping/EventSourceArn", "the link says which entity it reads"),
    ("mapping/FunctionName", "the link says which function it starts"),
    (
        "mapping/FunctionResponseTypes",
        "the function answers which messages have failed: Lambda would take them for done",
    ),
    ("queue/FifoQueue", "functions send and read as the kind of the queue says"),
    ("role/AssumeRolePolicyDocument", "it lets Lambda act in the role"),
    ("role/Policies", "what the function's links let it do would no longer be in its role"),
    ("schedule/Target/Arn", "the link says which function it starts"),
    ("schedule/Target/Input", "the function takes a `Tick`"),
    ("schedule/Target/RoleArn", "the role that is made for it lets it start the function"),
    ("stage/StageName", "functions and the output are told a URL without the name of a stage"),
    ("table/KeySchema", "code reads and writes items by the keys of their type"),
];

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for node in context.graph.nodes() {
        // A raw resource is what is set of it and nothing else.
        if node.kind == Some(Kind::Raw) {
            continue;
        }
        look(node.id, node.facts, findings);
        for (_, link) in &node.out {
            look(node.id, link.facts(), findings);
        }
    }
}

fn look(entity: &Id, facts: &Facts, findings: &mut Findings) {
    for (key, _) in facts.attributes() {
        let Some((what, lost)) = follows(key) else { continue };
        findings.add(
            Finding::new(&RULE, entity, format!("`{what}` of `{entity}` is overridden"))
                .given(facts, key, "set here")
                .why(format!("it follows from links and types: {lost}"))
                .help(match what {
                    "role/Policies" => {
                        "add a policy by `MANAGED_POLICY_ARNS`, or as a raw `AWS::IAM::RolePolicy`"
                    }
                    _ => "leave it out, and say by a link what is meant",
                }),
        );
    }
}

/// What an attribute sets that follows from links, and what is lost by it.
fn follows(key: &str) -> Option<(&str, &'static str)> {
    const BINDING: &str = "code learns by it where to send, read, write or call";
    if let Some(name) = key.strip_prefix(function::ENVIRONMENT) {
        return name.starts_with("NET_").then_some((key, BINDING));
    }
    let path = key.strip_prefix(PROPERTY)?;
    match path.strip_prefix(VARIABLES).map(|name| name.strip_prefix('/').unwrap_or(name)) {
        // As a whole it is set to what CloudFormation computes, in place of all variables.
        Some(name) if name.is_empty() || name.starts_with("NET_") => return Some((path, BINDING)),
        Some(_) | None => {}
    }
    let is_inside = |whole: &str| {
        path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    FOLLOWS.iter().find(|(whole, _)| is_inside(whole)).map(|(whole, lost)| (*whole, *lost))
}

//! What a rule says, and how findings are accepted and put in order.

use super::needless_acceptance;
use crate::{
    Graph, Id, Origin,
    facts::{Facts, Value},
    property::ACCEPT,
};
use serde::{Serialize, Serializer};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The network would not deploy, or not do what it says.
    Error,
    /// It would deploy, and probably disappoint.
    Warning,
}

/// A rule: what is looked for.
#[derive(Debug)]
pub struct Rule {
    /// The code, which never changes its meaning.
    pub code: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Whether a finding can be accepted: not where no sensible template exists.
    pub acceptable: bool,
    /// Why it matters and what to do, with an example; Markdown.
    pub explanation: &'static str,
}

/// A place in the source that a finding points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Label {
    /// The place.
    pub at: Origin,
    /// What is there.
    pub text: String,
}

/// Why a finding was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    /// The reason given.
    pub reason: String,
    /// Where it was given.
    pub at: Option<Origin>,
}

/// Something wrong with one entity.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule it breaks.
    pub rule: &'static Rule,
    /// The entity; none where it is about the network as a whole.
    pub entity: Option<Id>,
    /// What is wrong.
    pub message: String,
    /// Where it was declared, the most telling place first.
    pub labels: Vec<Label>,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub help: Vec<String>,
    /// Why it is no trouble, if somebody said so.
    pub accepted: Option<Acceptance>,
}

impl Finding {
    /// A finding about an entity.
    pub fn new(rule: &'static Rule, entity: &Id, message: impl Into<String>) -> Finding {
        Finding { entity: Some(entity.clone()), ..Finding::of_network(rule, message) }
    }

    /// A finding about the network as a whole.
    pub fn of_network(rule: &'static Rule, message: impl Into<String>) -> Finding {
        Finding {
            rule,
            entity: None,
            message: message.into(),
            labels: Vec::new(),
            why: String::new(),
            help: Vec::new(),
            accepted: None,
        }
    }

    /// Points at a place.
    pub fn label(mut self, at: &Origin, text: impl Into<String>) -> Finding {
        self.labels.push(Label { at: at.clone(), text: text.into() });
        self
    }

    /// Points at every place where something was declared.
    pub fn declared(mut self, facts: &Facts, text: &str) -> Finding {
        for origin in facts.origins() {
            self = self.label(origin, text);
        }
        self
    }

    /// Points at every place where an attribute was given, or else where its entity was declared.
    pub fn given(mut self, facts: &Facts, key: &str, text: &str) -> Finding {
        let claims = facts.claims(key).map_or(&[][..], |flat| flat.claims());
        if claims.is_empty() {
            return self.declared(facts, text);
        }
        for claim in claims {
            for origin in &claim.at {
                self = self.label(origin, text);
            }
        }
        self
    }

    /// Says why it matters.
    pub fn why(mut self, why: impl Into<String>) -> Finding {
        self.why = why.into();
        self
    }

    /// Says what to do; call again for alternatives.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help.push(help.into());
        self
    }

    /// Whether it stops a deployment: an error nobody accepted.
    pub fn is_fatal(&self) -> bool {
        self.rule.severity == Severity::Error && self.accepted.is_none()
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            code: &'a str,
            severity: Severity,
            #[serde(skip_serializing_if = "Option::is_none")]
            entity: Option<&'a str>,
            message: &'a str,
            labels: &'a [Label],
            why: &'a str,
            help: &'a [String],
            #[serde(skip_serializing_if = "Option::is_none")]
            accepted: Option<&'a Acceptance>,
        }
        Fields {
            code: self.rule.code,
            severity: self.rule.severity,
            entity: self.entity.as_ref().map(Id::as_str),
            message: &self.message,
            labels: &self.labels,
            why: &self.why,
            help: &self.help,
            accepted: self.accepted.as_ref(),
        }
        .serialize(serializer)
    }
}

/// Findings as they are collected.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    ran: Vec<&'static Rule>,
}

impl Findings {
    /// None yet.
    pub fn new() -> Findings {
        Findings::default()
    }

    /// Notes that a rule was looked at, whether or not it found something.
    pub fn ran(&mut self, rule: &'static Rule) {
        self.ran.push(rule);
    }

    /// Adds one.
    pub fn add(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Says how to accept what can be accepted.
    fn offer_acceptance(&mut self) {
        for finding in self.found.iter_mut().filter(|finding| finding.rule.acceptable) {
            if let Some(entity) = &finding.entity {
                let code = finding.rule.code;
                finding.help.push(format!(
                    "or accept it, and say why: `accept(name!(\"{entity}\"), \"{code}\", \"…\")`"
                ));
            }
        }
    }

    /// The findings with what the network accepts marked so: errors first, then by code and entity.
    pub fn finish(mut self, graph: &Graph<'_>) -> Vec<Finding> {
        self.offer_acceptance();
        for node in graph.nodes() {
            for (code, flat) in node.facts.below(ACCEPT) {
                let Some(Value::Text(reason)) = flat.agreed() else { continue };
                let at = flat.claims().iter().flat_map(|claim| &claim.at).next().cloned();
                let acceptance = Acceptance { reason: reason.to_string(), at };
                self.accept(node.id, code, acceptance);
            }
        }
        self.found.sort_by(|a, b| {
            let key = |finding: &Finding| (finding.rule.severity, finding.rule.code);
            (key(a), &a.entity, &a.labels, &a.message).cmp(&(
                key(b),
                &b.entity,
                &b.labels,
                &b.message,
            ))
        });
        self.found
    }

    fn accept(&mut self, entity: &Id, code: &str, acceptance: Acceptance) {
        let rule = self.ran.iter().find(|rule| rule.code == code);
        // Rules of another layer, which did not run, are for that layer to judge.
        let judged = rule.is_some()
            || !code.starts_with(['N', 'P'])
            || self.ran.iter().any(|ran| ran.code.starts_with(&code[..1]));
        if !judged {
            return;
        }
        let mut used = false;
        if rule.is_some_and(|rule| rule.acceptable) && !acceptance.reason.trim().is_empty() {
            for finding in &mut self.found {
                if finding.rule.code == code && finding.entity.as_ref() == Some(entity) {
                    finding.accepted = Some(acceptance.clone());
                    used = true;
                }
            }
        }
        if !used {
            self.found.push(needless_acceptance::finding(entity, code, rule.copied(), &acceptance));
        }
    }
}

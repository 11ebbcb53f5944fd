//! What "open" and "raise" mean of a device.
//!
//! Source: developer.amazon.com, "semantics" of Alexa.RangeController, Alexa.ModeController and
//! Alexa.ToggleController.

use super::{Written, of_json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What people say that a device should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Action {
    /// "Close".
    #[serde(rename = "Alexa.Actions.Close")]
    Close,
    /// "Open".
    #[serde(rename = "Alexa.Actions.Open")]
    Open,
    /// "Lower".
    #[serde(rename = "Alexa.Actions.Lower")]
    Lower,
    /// "Raise".
    #[serde(rename = "Alexa.Actions.Raise")]
    Raise,
}

/// What people say that a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Posture {
    /// "Closed".
    #[serde(rename = "Alexa.States.Closed")]
    Closed,
    /// "Open".
    #[serde(rename = "Alexa.States.Open")]
    Open,
}

/// What people's words mean of a device: which directive an action stands for (`D`), and of which value it is
/// said to be so (`V`).
///
/// An action stands for one directive, and a posture for one value or range: of two, the first.
///
/// ```
/// use alexa_patterns::message::{Action, Posture, Power, Semantics};
///
/// let garage = Semantics::new()
///     .action([Action::Open, Action::Raise], Power::On)
///     .action([Action::Close, Action::Lower], Power::Off)
///     .posture([Posture::Open], Power::On)
///     .posture([Posture::Closed], Power::Off);
/// # let _ = garage;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Semantics<D, V> {
    actions: Vec<(BTreeSet<Action>, D)>,
    postures: Vec<(BTreeSet<Posture>, V)>,
}

impl<D, V> Default for Semantics<D, V> {
    fn default() -> Semantics<D, V> {
        Semantics::new()
    }
}

impl<D, V> Semantics<D, V> {
    /// No word means anything yet.
    pub fn new() -> Semantics<D, V> {
        Semantics { actions: Vec::new(), postures: Vec::new() }
    }

    /// What to do when somebody says one of these.
    #[must_use]
    pub fn action(mut self, words: impl IntoIterator<Item = Action>, means: D) -> Semantics<D, V> {
        let is_new = |word: &Action| !self.actions.iter().any(|(known, _)| known.contains(word));
        let words: BTreeSet<Action> = words.into_iter().filter(is_new).collect();
        if !words.is_empty() {
            self.actions.push((words, means));
        }
        self
    }

    /// Of which value one of these is said.
    #[must_use]
    pub fn posture(
        mut self,
        words: impl IntoIterator<Item = Posture>,
        means: V,
    ) -> Semantics<D, V> {
        let is_new = |word: &Posture| !self.postures.iter().any(|(known, _)| known.contains(word));
        let words: BTreeSet<Posture> = words.into_iter().filter(is_new).collect();
        if !words.is_empty() {
            self.postures.push((words, means));
        }
        self
    }

    /// As discovery says it; null if nothing is said.
    pub(super) fn json(
        &self,
        directive: impl Fn(&D) -> Written,
        value: impl Fn(&V) -> (&'static str, &'static str, Value),
    ) -> Value {
        let mut json = json!({});
        if !self.actions.is_empty() {
            let actions = self.actions.iter().map(|(words, means)| {
                let Written { name, payload, .. } = directive(means);
                json!({
                    "@type": "ActionsToDirective",
                    "actions": words,
                    "directive": { "name": name, "payload": payload },
                })
            });
            json["actionMappings"] = actions.collect();
        }
        if !self.postures.is_empty() {
            let postures = self.postures.iter().map(|(words, means)| {
                let (kind, name, value) = value(means);
                let mut mapping = json!({ "@type": kind, "states": words });
                mapping[name] = value;
                mapping
            });
            json["stateMappings"] = postures.collect();
        }
        if json == json!({}) { Value::Null } else { json }
    }

    /// What discovery has said; none where nothing was.
    pub(super) fn read(
        said: &Value,
        directive: impl Fn(&str, &Value) -> Result<D, String>,
        value: impl Fn(&Value) -> Result<V, String>,
    ) -> Result<Semantics<D, V>, String> {
        let mut semantics = Semantics::new();
        for mapping in said["actionMappings"].as_array().into_iter().flatten() {
            let words: BTreeSet<Action> = of_json(&mapping["actions"])?;
            let name = mapping["directive"]["name"].as_str().unwrap_or_default();
            let means = directive(name, &mapping["directive"]["payload"])?;
            semantics = semantics.action(words, means);
        }
        for mapping in said["stateMappings"].as_array().into_iter().flatten() {
            let words: BTreeSet<Posture> = of_json(&mapping["states"])?;
            semantics = semantics.posture(words, value(mapping)?);
        }
        Ok(semantics)
    }
}

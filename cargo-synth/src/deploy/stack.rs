//! What there is before anything is done, and what people see of what happens.

use super::owner::{Found, Owner};
use crate::{
    aside::aside,
    cloud::{Cloud, Event, Events, Resource},
    error::{Error, Result},
    folder::Template,
    progress::Progress,
};
use net_synth::diff::Held;
use std::{
    collections::BTreeSet,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
};

/// Whether somebody is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Yes, and without an answer nothing is done.
    First,
    /// No: the answer was given with the command.
    Never,
}

/// What was agreed to with the command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agreed {
    pub(crate) ask: Ask,
    /// A stack that is not this network's is taken over.
    pub(crate) adopt: bool,
    /// Data is lost.
    pub(crate) data_loss: bool,
    /// Data stays where the network does not reach it.
    pub(crate) leave_data: bool,
}

/// A stack as it was found.
pub(crate) struct Before {
    /// The stack's id; none where there is no stack yet.
    pub(crate) id: Option<String>,
    /// What it was made of; none where there is no stack yet.
    pub(crate) template: Option<Template>,
    /// Parameters and the values they have; nothing prints them.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Before {
    /// Waits for what goes on, and clears away what never came to be; none if somebody who was asked
    /// said no to that.
    ///
    /// A stack that is not the network's is refused, each time that it is looked at.
    pub(crate) async fn settle(
        cloud: &Cloud,
        name: &str,
        network: &str,
        after: &Template,
        agreed: Agreed,
        progress: &Progress,
    ) -> Result<Option<Before>> {
        let nothing = Some(Before { id: None, template: None, parameters: Vec::new() });
        let found = loop {
            let Some(found) = Found::look(cloud, name).await? else { return Ok(nothing) };
            found.claim(cloud, network, Some(after), agreed.adopt).await?;
            if !found.is_busy() {
                break found;
            }
            wait(cloud, &found, progress).await?;
        };
        let status = &found.status;
        if agreed.adopt && !matches!(&found.owner, Owner::Network(owner) if owner == network) {
            progress.done("Adopting", &format!("`{name}`, {}", found.owner));
        }
        if status == "UPDATE_ROLLBACK_FAILED" {
            return Err(Error::new(format!("`{name}` is {status}"))
                .why("an update failed, and so did going back")
                .help(format!(
                    "see why: aws cloudformation describe-stack-events --stack-name {name}"
                ))
                .help(format!(
                    "then: aws cloudformation continue-update-rollback --stack-name {name}"
                )));
        }
        if found.was_never_whole() {
            if !clear(cloud, &found, network, agreed, progress).await? {
                return Ok(None);
            }
            return Ok(nothing);
        }
        if found.is_under_review() {
            return Ok(nothing);
        }
        if found.template.is_none() {
            return Err(found.unreadable());
        }
        let parameters = found.stack.parameters.unwrap_or_default().into_iter();
        let parameters = parameters
            .filter_map(|parameter| Some((parameter.parameter_key?, parameter.parameter_value?)));
        Ok(Some(Before {
            id: Some(found.id),
            template: found.template,
            parameters: parameters.collect(),
        }))
    }
}

/// A stack as it is once nothing goes on with it any more; none if there is none then.
pub(crate) async fn settled(
    cloud: &Cloud,
    name: &str,
    progress: &Progress,
) -> Result<Option<Found>> {
    loop {
        let Some(found) = Found::look(cloud, name).await? else { return Ok(None) };
        if !found.is_busy() {
            return Ok(Some(found));
        }
        wait(cloud, &found, progress).await?;
    }
}

/// Waits for what goes on with a stack.
async fn wait(cloud: &Cloud, found: &Found, progress: &Progress) -> Result<()> {
    progress.done("Waiting", &format!("for `{}`, which is {}", found.name, found.status));
    let mut shown = Shown::new(progress, [found.template.as_ref(), None]);
    let mut events = Events::from_now(cloud, &found.id).await?;
    events.follow(false, |event| shown.event(event)).await?;
    Ok(())
}

/// Deletes a stack that was never whole, so that it can be made; whether it was to be.
///
/// What it has by now and what would go with it is said first, and asked for as a change would be.
async fn clear(
    cloud: &Cloud,
    found: &Found,
    network: &str,
    agreed: Agreed,
    progress: &Progress,
) -> Result<bool> {
    let Found { name, id, status, .. } = found;
    let there = cloud.resources(id).await?;
    let there: Vec<_> = there.into_iter().filter(|resource| !resource.is_left).collect();
    let held = |resource: &Resource| found.removed(resource);
    let of = |is_meant: &dyn Fn(Held) -> bool| {
        let meant = there.iter().filter(|resource| held(resource).is_some_and(is_meant));
        meant.map(|resource| resource.logical.clone()).collect::<Vec<_>>()
    };
    let is_ours = matches!(&found.owner, Owner::Network(owner) if owner == network);
    if !there.is_empty() && (!is_ours || status == "DELETE_FAILED" || status == "CREATE_FAILED") {
        progress.say(&format!("`{name}` is {status}, and has this, which is deleted with it:"));
        progress.say(&found.show(&there));
    }
    let lost = of(&|held| held == Held::Lost);
    if !lost.is_empty() && !agreed.data_loss {
        return Err(losing(&lost).why(format!(
            "`{name}` is {status}: it cannot be changed, only deleted and made anew"
        )));
    }
    let left = of(&|held| held != Held::Lost);
    if !left.is_empty() && !agreed.data_loss && !agreed.leave_data {
        if agreed.ask == Ask::Never {
            return Err(leaving(&left));
        }
        progress.say(&format!("{} would stay outside the stack, out of reach", left.join(", ")));
    }
    let asks = !is_ours || status == "DELETE_FAILED" || !lost.is_empty() || !left.is_empty();
    if asks && !progress.away(confirm(agreed.ask, "Delete it, and make it anew?")).await? {
        return Ok(false);
    }
    progress.done("Clearing", &format!("`{name}`, which is {status} and cannot be changed"));
    let mut events = Events::from_now(cloud, id).await?;
    cloud.delete(id).await?;
    let mut shown = Shown::new(progress, [found.template.as_ref(), None]);
    match events.follow(true, |event| shown.event(event)).await?.as_str() {
        "DELETE_COMPLETE" => Ok(true),
        status => Err(Error::new(format!("`{name}` could not be deleted: it is {status}"))
            .why("AWS says above which resources it could not delete, and why")
            .help("remove what holds them, and run `synth deploy` again")),
    }
}

/// Data would be lost.
pub(crate) fn losing(resources: &[impl AsRef<str>]) -> Error {
    Error::new(format!("what is in {} would be lost", joined(resources)))
        .why("AWS deletes what is removed or replaced, with everything in it")
        .help("if that is all right: `--allow-data-loss`")
        .help("a renamed entity is a new one to AWS: give it the name it had, to keep its data")
        .help("a table is kept by `.removal(Removal::Retain)`, which is the default")
}

/// Data would stay where the network does not reach it.
pub(crate) fn leaving(resources: &[impl AsRef<str>]) -> Error {
    Error::new(format!("what is in {} would be left behind", joined(resources)))
        .why(
            "it stays in the account, outside the stack, and the network no longer reaches it: what \
             takes its place begins empty",
        )
        .help("a renamed entity is a new one to AWS: give it the name it had, to keep its data")
        .help("if that is all right: `--leave-data`")
}

fn joined(resources: &[impl AsRef<str>]) -> String {
    resources.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// Shows events, and keeps those that others follow from.
pub(crate) struct Shown<'a> {
    progress: &'a Progress,
    templates: [Option<&'a Template>; 2],
    /// The resources that are changed; all where it is not known.
    changed: Option<BTreeSet<String>>,
    pub(crate) causes: Vec<Event>,
    done: usize,
}

impl<'a> Shown<'a> {
    pub(crate) fn new(progress: &'a Progress, templates: [Option<&'a Template>; 2]) -> Shown<'a> {
        Shown { progress, templates, changed: None, causes: Vec::new(), done: 0 }
    }

    /// Leaves out resources that AWS looks at and does not change.
    pub(crate) fn only(self, changed: BTreeSet<String>) -> Shown<'a> {
        Shown { changed: Some(changed), ..self }
    }

    pub(crate) fn event(&mut self, event: Event) {
        if event.is_stack {
            self.progress.now(&format!("{} {}", event.status, event.resource));
            return;
        }
        let untouched = event.status == "UPDATE_COMPLETE"
            && self.changed.as_ref().is_some_and(|changed| !changed.contains(&event.resource));
        if event.is_over() && !untouched {
            self.done += 1;
            let entity = self
                .templates
                .iter()
                .flatten()
                .find_map(|template| template.provenance(&event.resource))
                .map(|provenance| format!(" of {}", provenance.entity))
                .unwrap_or_default();
            let (verb, failed) = verb(&event.status);
            let kind = event.resource_type.rsplit("::").next().unwrap_or_default();
            let reason = match (&event.reason, failed) {
                (Some(reason), true) => format!(": {reason}"),
                _ => String::new(),
            };
            self.progress.done(verb, &format!("{kind}{entity} ({}){reason}", event.resource));
        }
        self.progress.now(&format!("{} resources done, now {}", self.done, event.resource));
        if event.is_cause() {
            self.causes.push(event);
        }
    }
}

/// A status as one says it, and whether it is bad news.
fn verb(status: &str) -> (&str, bool) {
    match status {
        "CREATE_COMPLETE" => ("Created", false),
        "UPDATE_COMPLETE" => ("Updated", false),
        "DELETE_COMPLETE" => ("Deleted", false),
        "DELETE_SKIPPED" => ("Kept", false),
        other => (other, other.ends_with("_FAILED")),
    }
}

/// Refuses where somebody is to be asked and nobody is there.
pub(crate) fn can_ask(ask: Ask) -> Result<()> {
    if ask == Ask::Never || io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Error::new("nobody is there to be asked")
        .why("standard input is not a terminal; nothing was done")
        .help("to do it without a question: `--yes`"))
}

/// Asks before something is done that is not easily undone.
pub(crate) async fn confirm(ask: Ask, question: &str) -> Result<bool> {
    if ask == Ask::Never {
        return Ok(true);
    }
    can_ask(ask)?;
    let question = question.to_owned();
    aside(move || {
        let mut answer = String::new();
        let asked = write!(anstream::stderr(), "{question} [y/N] ")
            .and_then(|()| anstream::stderr().flush())
            .and_then(|()| io::stdin().lock().read_line(&mut answer));
        asked.map_err(|error| Error::new(format!("no answer could be read: {error}")))?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    })
    .await
}

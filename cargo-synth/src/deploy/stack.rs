//! What there is before anything is done, and what people see of what happens.

use crate::{
    aside::aside,
    cloud::{Cloud, Event, Events, is_over},
    error::{Error, Result},
    folder::Template,
    progress::Progress,
};
use aws_sdk_cloudformation::types::Stack;
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

/// A stack as it was found.
pub(crate) struct Before {
    /// What it was made of; none where there is no stack yet.
    pub(crate) template: Option<Template>,
    /// Parameters and the values they have; nothing prints them.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Before {
    /// Waits for what goes on, and clears away what never came to be; none if somebody who was asked
    /// said no to that.
    pub(crate) async fn settle(
        cloud: &Cloud,
        name: &str,
        ask: Ask,
        progress: &Progress,
    ) -> Result<Option<Before>> {
        let nothing = Some(Before { template: None, parameters: Vec::new() });
        let Some(stack) = settled(cloud, name, progress).await? else { return Ok(nothing) };
        let status = status_of(&stack);
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
        if was_never_whole(&status) {
            let id = stack.stack_id.as_deref().unwrap_or(name);
            if !clear(cloud, name, id, &status, ask, progress).await? {
                return Ok(None);
            }
        }
        let Some(template) = deployed(cloud, name, &stack).await? else { return Ok(nothing) };
        let parameters = stack.parameters.unwrap_or_default().into_iter();
        let parameters = parameters
            .filter_map(|parameter| Some((parameter.parameter_key?, parameter.parameter_value?)));
        Ok(Some(Before { template: Some(template), parameters: parameters.collect() }))
    }
}

/// The template of a stack that has come to rest; none where a deployment makes the stack anew.
pub(crate) async fn deployed(cloud: &Cloud, name: &str, stack: &Stack) -> Result<Option<Template>> {
    let status = status_of(stack);
    if status == "REVIEW_IN_PROGRESS" || was_never_whole(&status) {
        return Ok(None);
    }
    let template = cloud.template(stack.stack_id.as_deref().unwrap_or(name)).await?;
    let template = Template::parse(template).ok_or_else(|| {
        Error::new(format!("the stack `{name}` was not made by synth"))
            .why("its template is not JSON with resources")
            .help("choose another name: `--stack-name NAME`")
    })?;
    Ok(Some(template))
}

/// Whether it cannot be changed, only deleted.
fn was_never_whole(status: &str) -> bool {
    matches!(status, "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED")
}

/// A stack as it is once nothing goes on with it any more; none if there is none then.
pub(crate) async fn settled(
    cloud: &Cloud,
    name: &str,
    progress: &Progress,
) -> Result<Option<Stack>> {
    let Some(stack) = cloud.stack(name).await? else { return Ok(None) };
    let (id, status) = (stack.stack_id.as_deref().unwrap_or(name), status_of(&stack));
    // What waits for its change set waits for us.
    if is_over(&status) || status == "REVIEW_IN_PROGRESS" {
        return Ok(Some(stack));
    }
    progress.done("Waiting", &format!("for `{name}`, which is {status}"));
    let template = Template::parse(cloud.template(id).await?);
    let mut shown = Shown::new(progress, [template.as_ref(), None]);
    let mut events = Events::from_now(cloud, id).await?;
    events.follow(false, |event| shown.event(event)).await?;
    cloud.stack(name).await
}

/// Deletes a stack that was never whole, so that it can be made; whether it was to be.
async fn clear(
    cloud: &Cloud,
    name: &str,
    id: &str,
    status: &str,
    ask: Ask,
    progress: &Progress,
) -> Result<bool> {
    if status == "DELETE_FAILED" {
        progress.say(&format!("`{name}` is {status}: it was not deleted to its end"));
        if !progress.away(confirm(ask, "Go on deleting it, and make it anew?")).await? {
            return Ok(false);
        }
    }
    progress.done("Clearing", &format!("`{name}`, which is {status} and cannot be changed"));
    let mut events = Events::from_now(cloud, id).await?;
    cloud.delete(id).await?;
    let mut shown = Shown::new(progress, [None, None]);
    match events.follow(true, |event| shown.event(event)).await?.as_str() {
        "DELETE_COMPLETE" => Ok(true),
        status => Err(Error::new(format!("`{name}` could not be deleted: it is {status}"))
            .help("the resources that stand above have to go first")),
    }
}

fn status_of(stack: &Stack) -> String {
    stack.stack_status.as_ref().map(|status| status.as_str().to_owned()).unwrap_or_default()
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
pub(crate) async fn confirm(ask: Ask, question: &'static str) -> Result<bool> {
    if ask == Ask::Never {
        return Ok(true);
    }
    can_ask(ask)?;
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

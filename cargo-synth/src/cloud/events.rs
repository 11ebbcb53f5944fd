//! What happens to a stack's resources, as it happens.

use super::{Cloud, Pause, Resource, conflict, is_gone, refused};
use crate::error::{Error, Result};
use aws_sdk_cloudformation::{
    error::SdkError, operation::describe_stack_events::DescribeStackEventsError, types::StackEvent,
};
use std::collections::HashSet;

/// Something that happened to a resource.
pub(crate) struct Event {
    /// The resource's logical id; the stack's name where it is about the stack.
    pub(crate) resource: String,
    pub(crate) resource_type: String,
    /// `CREATE_COMPLETE` and the like.
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    /// Whether it is about the stack as a whole.
    pub(crate) is_stack: bool,
}

impl Event {
    fn of(event: StackEvent) -> Event {
        let is_stack =
            event.physical_resource_id.is_some() && event.physical_resource_id == event.stack_id;
        Event {
            resource: event.logical_resource_id.unwrap_or_default(),
            resource_type: event.resource_type.unwrap_or_default(),
            status: event.resource_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            reason: event.resource_status_reason,
            is_stack,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        is_over(&self.status)
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.status.ends_with("_FAILED")
    }

    /// Whether it failed by itself, and not because something else did.
    pub(crate) fn is_cause(&self) -> bool {
        let because_of_others =
            self.reason.as_deref().is_some_and(|reason| reason.contains("ancelled"));
        self.has_failed() && !self.is_stack && !because_of_others
    }
}

/// The status of a stack that is not there any more.
const GONE: &str = "DELETE_COMPLETE";

/// Whether a status is not that of something going on.
pub(crate) fn is_over(status: &str) -> bool {
    !status.ends_with("_IN_PROGRESS")
}

fn unreadable(stack: &str, error: &SdkError<DescribeStackEventsError>) -> Error {
    // As in `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID`.
    let name = stack.split('/').nth(1).unwrap_or(stack);
    // It was there a moment ago: somebody has made another in its place, or none.
    if is_gone(error) {
        return conflict(name, error);
    }
    refused(&format!("the events of `{name}` cannot be read"), error)
}

impl Cloud {
    /// What a stack that was deleted has left outside of it: what CloudFormation passed over since it began
    /// to delete the stack. Its events say so, which AWS keeps for 90 days (API reference,
    /// `DescribeStackEvents`).
    pub(crate) async fn left(&self, stack: &str) -> Result<Vec<Resource>> {
        let request = self.cloudformation.describe_stack_events().stack_name(stack);
        let mut events = request.into_paginator().items().send();
        let mut left: Vec<Resource> = Vec::new();
        // The newest come first.
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| unreadable(stack, &error))?;
            let physical = event.physical_resource_id.clone().unwrap_or_default();
            let event = Event::of(event);
            if event.is_stack && !event.status.starts_with("DELETE_") {
                break;
            }
            if event.status == "DELETE_SKIPPED" && left.iter().all(|one| one.physical != physical) {
                let (logical, kind) = (event.resource, event.resource_type);
                left.push(Resource { logical, physical, kind, is_left: true });
            }
        }
        left.reverse();
        Ok(left)
    }
}

/// The events of a stack from now on.
pub(crate) struct Events<'c> {
    cloud: &'c Cloud,
    stack: String,
    seen: HashSet<String>,
}

impl<'c> Events<'c> {
    /// From now on; `stack` is best an id, by which a deleted stack is found too.
    pub(crate) async fn from_now(cloud: &'c Cloud, stack: &str) -> Result<Events<'c>> {
        let found = cloud.cloudformation.describe_stack_events().stack_name(stack).send().await;
        let found = found.map_err(|error| unreadable(stack, &error))?;
        // The newest are enough: what comes is newer, and is read until one of them.
        let seen = found.stack_events.unwrap_or_default().into_iter();
        let seen = seen.map(|event| event.event_id.unwrap_or_default()).collect();
        Ok(Events { cloud, stack: stack.to_owned(), seen })
    }

    /// What has happened since it was last asked, in order.
    async fn fresh(&mut self) -> Result<Vec<Event>> {
        let request = self.cloud.cloudformation.describe_stack_events();
        let mut pages = request.stack_name(&self.stack).into_paginator().send();
        let mut fresh = Vec::new();
        'pages: while let Some(page) = pages.next().await {
            let page = page.map_err(|error| unreadable(&self.stack, &error))?;
            // The newest come first.
            for event in page.stack_events.unwrap_or_default() {
                if !self.seen.insert(event.event_id.clone().unwrap_or_default()) {
                    break 'pages;
                }
                fresh.push(Event::of(event));
            }
        }
        fresh.reverse();
        Ok(fresh)
    }

    /// Hands on what happens until the stack has come to rest; its last status. Where a change was
    /// just started, rest is what comes after it.
    pub(crate) async fn follow(
        &mut self,
        started: bool,
        mut show: impl FnMut(Event),
    ) -> Result<String> {
        let mut pause = Pause::new();
        let mut ended = !started;
        loop {
            let fresh = self.fresh().await?;
            let is_quiet = fresh.is_empty();
            for event in fresh {
                ended |= event.is_stack && event.is_over();
                show(event);
            }
            if ended || is_quiet {
                let stack = self.cloud.stack(&self.stack).await?;
                let status = stack.and_then(|stack| stack.stack_status);
                let status = status.map_or(GONE.to_owned(), |status| status.as_str().to_owned());
                // A stack that had nothing but a change set may go without an event.
                if is_over(&status) && (ended || status == GONE) {
                    self.fresh().await?.into_iter().for_each(&mut show);
                    return Ok(status);
                }
            }
            pause.wait().await;
        }
    }
}

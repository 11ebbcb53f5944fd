//! `synth destroy`: deletes a stack, and says what it leaves.

use crate::{
    cloud::{Account, Cloud, Event, Events},
    deploy::{Ask, CODE_BUCKET, Shown, can_ask, confirm, settled},
    error::{Error, Result},
    folder::Template,
    progress::{Progress, count, duration},
    selection::Selection,
};
use std::io;

/// What `synth destroy` was told.
pub(crate) struct Destroy {
    pub(crate) selection: Selection,
    pub(crate) account: Account,
    pub(crate) stack: Option<String>,
    pub(crate) ask: Ask,
    pub(crate) delete_tables: bool,
}

/// Deletes the stack; whether it is gone.
pub(crate) async fn destroy(wish: Destroy, out: &mut dyn io::Write) -> Result<bool> {
    can_ask(wish.ask)?;
    let cloud = Cloud::connect(&wish.account).await?;
    let name = match wish.stack {
        Some(name) => name,
        None => wish
            .selection
            .program()
            .await
            .map(|program| program.name)
            .map_err(|error| error.help("or say which stack it is: `--stack-name NAME`"))?,
    };
    let progress = Progress::start("looking at the stack");
    let Some(stack) = cloud.stack(&name).await? else {
        say(
            out,
            &format!(
                "there is no stack `{name}` in {}, account {}; nothing was done",
                cloud.region, cloud.account
            ),
        )?;
        return Ok(true);
    };
    let id = stack.stack_id.clone().unwrap_or_else(|| name.clone());
    let look = async || -> Result<_> {
        Ok((Template::parse(cloud.template(&id).await?), cloud.resources(&id).await?))
    };
    // Before, since a stack that is being deleted is not there to be looked at after it.
    let before = look().await?;
    let is_there = settled(&cloud, &name, &progress).await?.is_some();
    let (template, resources) = if is_there { look().await? } else { before };
    let is_kept = |resource: &str| template.as_ref().is_some_and(|t| t.keeps(resource));
    let is_table = |resource: &str| template.as_ref().is_some_and(|t| t.is_table(resource));
    let (kept, deleted): (Vec<_>, Vec<_>) =
        resources.into_iter().partition(|(resource, _)| is_kept(resource));
    let (tables, left): (Vec<_>, Vec<_>) =
        kept.into_iter().partition(|(resource, _)| wish.delete_tables && is_table(resource));

    if is_there {
        progress.say(&format!(
            "`{name}` in {}, account {}: {} will be deleted",
            cloud.region,
            cloud.account,
            count(deleted.len() + tables.len(), "resource")
        ));
        for (resource, physical) in &tables {
            progress.say(&format!("  {resource} ({physical}) with everything in it"));
        }
        for (resource, physical) in &left {
            progress.say(&format!("  {resource} ({physical}) is kept"));
        }
        if !progress.away(confirm(wish.ask, "Delete them?")).await? {
            return Ok(false);
        }
        delete(&cloud, &name, &id, template.as_ref(), &tables, &progress).await?;
    }
    drop(progress);

    for (resource, physical) in &left {
        say(out, &format!("left: {resource} ({physical})"))?;
    }
    if left.iter().any(|(resource, _)| is_table(resource)) {
        say(
            out,
            "a stack made anew gets new tables; `aws dynamodb delete-table` deletes old ones",
        )?;
    }
    let parameters = stack.parameters.unwrap_or_default();
    let bucket = parameters.iter().find(|p| p.parameter_key() == Some(CODE_BUCKET));
    if let Some(bucket) = bucket.and_then(|parameter| parameter.parameter_value()) {
        say(out, &format!("left: packages in the bucket {bucket}, which other stacks may share"))?;
    }
    Ok(true)
}

/// Deletes tables, and the stack.
async fn delete(
    cloud: &Cloud,
    name: &str,
    id: &str,
    template: Option<&Template>,
    tables: &[(String, String)],
    progress: &Progress,
) -> Result<()> {
    // First, because the stack is how they are found again if this is interrupted.
    for (resource, physical) in tables {
        cloud.delete_table(physical).await?;
        progress.done("Deleted", &format!("Table {physical} ({resource})"));
    }
    let mut events = Events::from_now(cloud, id).await?;
    cloud.delete(id).await?;
    let mut shown = Shown::new(progress, [template, None]);
    let show = |event: Event| {
        // CloudFormation says it keeps a table that is deleted already.
        if tables.iter().all(|(resource, _)| *resource != event.resource) {
            shown.event(event);
        }
    };
    let status = events.follow(true, show).await?;
    if status == "DELETE_COMPLETE" {
        progress.done("Destroyed", &format!("`{name}` in {}", duration(progress.elapsed())));
        return Ok(());
    }
    let failed = shown.causes.iter().map(|event| {
        let reason = event.reason.as_deref().unwrap_or("AWS gives no reason");
        format!("{}: {reason}", event.resource)
    });
    let failed: Vec<_> = failed.collect();
    Err(Error::new(format!("`{name}` could not be deleted: it is {status}"))
        .why(failed.join("\n"))
        .help("remove what holds it, and run `synth destroy` again"))
}

fn say(out: &mut dyn io::Write, line: &str) -> Result<()> {
    writeln!(out, "{line}").map_err(|error| Error::new(format!("cannot write: {error}")))
}

//! `synth destroy`: deletes a stack, and says what it leaves.

use crate::{
    cloud::{Account, Cloud, Events, Resource},
    deploy::{Ask, CODE_BUCKET, Found, Owner, Shown, can_ask, confirm, settled},
    error::{Error, Result},
    folder::Template,
    program::Program,
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
    /// A stack that is not this network's is deleted too.
    pub(crate) adopt: bool,
}

const TABLE: &str = "AWS::DynamoDB::Table";

/// Deletes the stack; whether it is gone.
pub(crate) async fn destroy(wish: Destroy, out: &mut dyn io::Write) -> Result<bool> {
    can_ask(wish.ask)?;
    let cloud = Cloud::connect(&wish.account).await?;
    let (name, network) = match wish.stack.clone() {
        // Nothing to lose, or whatever it is: no program is asked.
        Some(name) if wish.adopt || cloud.stack(&name).await?.is_none() => (name, None),
        Some(name) => {
            let program = Program::start_aside(&wish.selection).await.map_err(|error| {
                error.help(format!(
                    "or delete it whosever it is: `--stack-name {name} --adopt` asks no program"
                ))
            })?;
            (name, Some(program.name))
        }
        None => {
            let program = Program::start_aside(&wish.selection).await.map_err(|error| {
                error.help("or say which stack it is: `--stack-name NAME --adopt`")
            })?;
            (program.name.clone(), Some(program.name))
        }
    };
    let progress = Progress::start("looking at the stack");
    let Some(stack) = Found::look(&cloud, &name).await? else {
        return gone(&cloud, &wish, &name, network.as_deref(), &progress, out).await;
    };
    allowed(&cloud, &stack, network.as_deref(), wish.adopt).await?;
    // Before, since a stack that is being deleted is not there to be looked at after it.
    let before = cloud.resources(&stack.id).await?;
    let settled = settled(&cloud, &name, &progress).await?;
    let is_there = settled.is_some();
    let (stack, resources) = match settled {
        None => (stack, before),
        Some(stack) => {
            allowed(&cloud, &stack, network.as_deref(), wish.adopt).await?;
            let resources = cloud.resources(&stack.id).await?;
            (stack, resources)
        }
    };
    let is_kept = |found: &Resource| {
        found.is_left || stack.template.as_ref().is_some_and(|t| t.keeps(&found.logical))
    };
    let (kept, deleted): (Vec<_>, Vec<_>) = resources.into_iter().partition(is_kept);
    let (tables, left): (Vec<_>, Vec<_>) =
        kept.into_iter().partition(|found| wish.delete_tables && found.kind == TABLE);
    let tables = existing(&cloud, tables).await?;

    if is_there {
        let is_ours = network.as_deref().is_some_and(|network| stack.is_of(network));
        let whose = if is_ours { String::new() } else { format!(", {},", stack.owner) };
        progress.say(&format!(
            "`{}`{whose} in {}, account {}: {} will be deleted",
            stack.name,
            cloud.region,
            cloud.account,
            count(deleted.len() + tables.len(), "resource")
        ));
        // Of a stack that is known, only what holds something is news.
        let is_news = |found: &&Resource| {
            !matches!(stack.owner, Owner::Network(_)) || stack.removed(found).is_some()
        };
        let news: Vec<_> = deleted.iter().filter(is_news).cloned().collect();
        if !news.is_empty() {
            progress.say(&stack.show(&news));
        }
        show(&tables, &progress);
        for Resource { logical, physical, .. } in &left {
            progress.say(&format!("  {logical} ({physical}) is kept"));
        }
        if !progress.away(confirm(wish.ask, "Delete them?")).await? {
            return Ok(false);
        }
        delete(&cloud, &stack, &tables, &progress).await?;
    } else if !tables.is_empty() {
        show(&tables, &progress);
        if !progress.away(confirm(wish.ask, "Delete them?")).await? {
            return Ok(false);
        }
    }
    // After it, so that nothing is lost where CloudFormation refuses; whoever is interrupted here
    // finds them again by the deleted stack.
    delete_tables(&cloud, &tables, &progress).await?;
    drop(progress);

    for Resource { logical, physical, .. } in &left {
        say(out, &format!("left: {logical} ({physical})"))?;
    }
    if left.iter().any(|found| found.kind == TABLE) {
        say(
            out,
            "a stack made anew gets new tables; `aws dynamodb delete-table` deletes old ones",
        )?;
    }
    let parameters = stack.stack.parameters.unwrap_or_default();
    let bucket = parameters.iter().find(|p| p.parameter_key() == Some(CODE_BUCKET));
    if let Some(bucket) = bucket.and_then(|parameter| parameter.parameter_value()) {
        say(out, &format!("left: packages in the bucket {bucket}, which other stacks may share"))?;
    }
    Ok(true)
}

/// Refuses what is not to be deleted, before anything is.
async fn allowed(cloud: &Cloud, stack: &Found, network: Option<&str>, adopt: bool) -> Result<()> {
    if let Some(network) = network {
        stack.claim(cloud, network, None, adopt).await?;
    }
    if stack.stack.enable_termination_protection == Some(true) {
        let name = &stack.name;
        return Err(Error::new(format!("`{name}` has termination protection; nothing was done"))
            .help(format!(
                "aws cloudformation update-termination-protection --stack-name {name} \
                 --no-enable-termination-protection"
            )));
    }
    if let Some(root) = &stack.stack.root_id {
        return Err(Error::new(format!("`{}` is part of another stack", stack.name))
            .why(format!("it is nested in {root}"))
            .help("it goes with that one"));
    }
    Ok(())
}

/// The tables that are there, if none of them refuses to be deleted.
async fn existing(cloud: &Cloud, tables: Vec<Resource>) -> Result<Vec<Resource>> {
    let mut existing = Vec::new();
    for table in tables {
        match cloud.is_protected(&table.physical).await? {
            None => {}
            Some(false) => existing.push(table),
            Some(true) => {
                let Resource { logical, physical, .. } = table;
                let what = format!("the table {logical} ({physical}) has deletion protection");
                return Err(Error::new(what)
                    .why("nothing was done, and no other table was deleted")
                    .help(format!(
                        "aws dynamodb update-table --table-name {physical} \
                         --no-deletion-protection-enabled"
                    )));
            }
        }
    }
    Ok(existing)
}

/// There is no stack. An earlier run may have been interrupted before it deleted its tables.
async fn gone(
    cloud: &Cloud,
    wish: &Destroy,
    name: &str,
    network: Option<&str>,
    progress: &Progress,
    out: &mut dyn io::Write,
) -> Result<bool> {
    let tables = match wish.delete_tables {
        true => orphans(cloud, name, network).await?,
        false => Vec::new(),
    };
    if tables.is_empty() {
        say(
            out,
            &format!(
                "there is no stack `{name}` in {}, account {}; nothing was done",
                cloud.region, cloud.account
            ),
        )?;
        return Ok(true);
    }
    progress.say(&format!("`{name}` is deleted, and has left tables, which will be deleted too:"));
    show(&tables, progress);
    if !progress.away(confirm(wish.ask, "Delete them?")).await? {
        return Ok(false);
    }
    delete_tables(cloud, &tables, progress).await?;
    Ok(true)
}

/// Tables that will be deleted.
fn show(tables: &[Resource], progress: &Progress) {
    for Resource { logical, physical, .. } in tables {
        progress.say(&format!("  {logical} ({physical}) with everything in it"));
    }
}

/// The tables that the network's stack of this name left when it was deleted last.
async fn orphans(cloud: &Cloud, name: &str, network: Option<&str>) -> Result<Vec<Resource>> {
    let Some(id) = cloud.deleted(name).await? else { return Ok(Vec::new()) };
    let template = cloud.template(&id).await?;
    let is_ours = match (template.as_ref().and_then(Template::network), network) {
        (Some(owner), Some(network)) => owner == network,
        (Some(_), None) => true,
        (None, _) => false,
    };
    if !is_ours {
        return Ok(Vec::new());
    }
    let left = cloud.left(&id).await?.into_iter();
    existing(cloud, left.filter(|found| found.kind == TABLE).collect()).await
}

async fn delete_tables(cloud: &Cloud, tables: &[Resource], progress: &Progress) -> Result<()> {
    for Resource { logical, physical, .. } in tables {
        cloud.delete_table(physical).await.map_err(|error| {
            error.help(
                "run `synth destroy --delete-tables` again: it finds the tables that are left",
            )
        })?;
        progress.done("Deleted", &format!("Table {physical} ({logical})"));
    }
    Ok(())
}

/// Deletes the stack, and what is not kept with it.
async fn delete(
    cloud: &Cloud,
    stack: &Found,
    tables: &[Resource],
    progress: &Progress,
) -> Result<()> {
    let name = &stack.name;
    let mut events = Events::from_now(cloud, &stack.id).await?;
    cloud.delete(&stack.id).await?;
    let mut shown = Shown::new(progress, [stack.template.as_ref(), None]);
    let status = events
        .follow(true, |event| {
            // CloudFormation says that it keeps a table that is deleted in a moment.
            if tables.iter().all(|table| table.logical != event.resource) {
                shown.event(event);
            }
        })
        .await?;
    if status == "DELETE_COMPLETE" {
        progress.done("Destroyed", &format!("`{name}` in {}", duration(progress.elapsed())));
        return Ok(());
    }
    let failed = shown.causes.iter().map(|event| {
        let reason = event.reason.as_deref().unwrap_or("AWS gives no reason");
        format!("{}: {reason}", event.resource)
    });
    let failed: Vec<_> = failed.collect();
    let error = Error::new(format!("`{name}` could not be deleted: it is {status}"))
        .why(failed.join("\n"))
        .help("remove what holds it, and run `synth destroy` again");
    Err(match tables.is_empty() {
        true => error,
        false => error.why("no table was deleted"),
    })
}

fn say(out: &mut dyn io::Write, line: &str) -> Result<()> {
    writeln!(out, "{line}").map_err(|error| Error::new(format!("cannot write: {error}")))
}

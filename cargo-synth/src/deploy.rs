//! `synth deploy`: a stack that is what the network says.
//!
//! Whatever an earlier run left, this one starts from what AWS says there is: what goes on is waited
//! for, what is half made is made anew, and what is there already is not done again.

mod changes;
mod code;
mod failure;
mod parameters;
mod stack;

pub(crate) use parameters::Given;
pub(crate) use stack::{Ask, Shown, can_ask, confirm, deployed, settled};

use crate::{
    build::Package,
    cloud::{Account, Cloud, Events, Wanted},
    error::{Error, Result},
    program::Program,
    progress::{Progress, count, duration, size},
    selection::Selection,
    synthesise::Synthesised,
};
use changes::Changes;
use code::Code;
use stack::Before;
use std::{collections::BTreeMap, io, path::PathBuf};

/// What `synth deploy` was told, or `synth watch`.
pub(crate) struct Deploy {
    pub(crate) selection: Selection,
    pub(crate) out: Option<PathBuf>,
    pub(crate) account: Account,
    pub(crate) stack: Option<String>,
    pub(crate) bucket: Option<String>,
    pub(crate) given: Given,
    pub(crate) ask: Ask,
    pub(crate) allow_data_loss: bool,
    /// Whether a stack of which nothing but code is another gets it beside its template.
    pub(crate) code_alone: bool,
}

/// The parameter with the bucket of the packages.
pub(crate) const CODE_BUCKET: &str = "CodeBucket";

/// Builds and applies; whether the stack is what the network says.
pub(crate) async fn deploy(wish: &Deploy, out: &mut dyn io::Write) -> Result<bool> {
    // Who cannot be asked or reached is said before anything is compiled.
    can_ask(wish.ask).map_err(|error| error.help("to see what would change: `synth diff`"))?;
    let cloud = Cloud::connect(&wish.account).await?;
    let program = wish.selection.program().await?;
    let made = synthesise(wish, &cloud, program).await?;
    apply(wish, &cloud, &made, out).await
}

/// Synthesises, once the parameters that are given will do.
pub(crate) async fn synthesise(
    wish: &Deploy,
    cloud: &Cloud,
    program: Program,
) -> Result<Synthesised> {
    // A stack that is watched has them by now.
    if let Some(template) = program.template.as_ref().filter(|_| !wish.code_alone) {
        let stack = wish.stack.as_deref().unwrap_or(&program.name);
        let is_new = cloud.stack(stack).await?.is_none();
        parameters::check(template, &wish.given, is_new, CODE_BUCKET)?;
    }
    Synthesised::make(program, wish.out.as_deref()).await
}

/// Uploads, shows, asks, applies; whether the stack is what was synthesised.
pub(crate) async fn apply(
    wish: &Deploy,
    cloud: &Cloud,
    Synthesised { built, template, declarations }: &Synthesised,
    out: &mut dyn io::Write,
) -> Result<bool> {
    let stack = wish.stack.as_deref().unwrap_or(&built.name);
    let needs_bucket = template.parameters().any(|parameter| parameter.name == CODE_BUCKET);
    let progress = Progress::start("looking at the stack");
    let Some(before) = Before::settle(cloud, stack, wish.ask, &progress).await? else {
        return Ok(false);
    };
    let kept = before.parameters.iter().find(|(name, _)| name == CODE_BUCKET);
    let kept = kept.map(|(_, bucket)| bucket.clone());
    let bucket = wish.bucket.clone().or(kept).unwrap_or_else(|| cloud.default_bucket());
    // What is missing is said before anything is uploaded.
    let known = before.template.as_ref().map(|template| (template, before.parameters.as_slice()));
    let mut values = parameters::values(template, &wish.given, known, CODE_BUCKET)?;
    if needs_bucket {
        values.insert(CODE_BUCKET.to_owned(), crate::cloud::Value::Given(bucket.clone()));
    }
    if needs_bucket || template.is_large() {
        upload(cloud, &bucket, &built.packages, &progress).await?;
    }
    let code = Code { cloud, stack, template, packages: &built.packages, bucket: &bucket };
    let alone = before.template.as_ref().filter(|_| wish.code_alone);
    if let Some(before) = alone
        && code::differ_in_code_alone(before, template)?
    {
        code.put_right("Updated", &progress).await?;
        return Ok(true);
    }

    progress.now("working out what changes");
    let wanted = Wanted {
        stack,
        exists: before.template.is_some(),
        template,
        bucket: &bucket,
        parameters: values,
        capability: template.capability(),
    };
    let planned = cloud.create_change_set(wanted).await?;
    let Some(planned) = planned else {
        code.put_right("Restored", &progress).await?;
        progress.done("Unchanged", &format!("the stack `{stack}` is what the network says"));
        drop(progress);
        outputs(cloud, stack, out).await?;
        return Ok(true);
    };
    let changes = Changes::new(&planned.changes, template, before.template.as_ref());
    progress.say(&changes.show(stack, cloud));
    let lost = changes.lost();
    if !lost.is_empty() && !wish.allow_data_loss {
        cloud.forget_change_set(stack).await?;
        return Err(Error::new(format!("what is in {} would be lost", lost.join(", ")))
            .why("AWS deletes what is removed or replaced, with everything in it")
            .help("if that is all right: `--allow-data-loss`")
            .help("or keep a table: `.removal(Removal::Retain)`, which is the default"));
    }
    drop(progress);
    let agreed = confirm(wish.ask, "Apply these changes?").await;
    if !matches!(agreed, Ok(true)) {
        cloud.forget_change_set(stack).await?;
        if before.template.is_none() {
            // The stack that was made to show its changes has nothing in it.
            cloud.delete(&planned.stack).await?;
        }
        return agreed;
    }

    let progress = Progress::start("applying");
    let mut events = Events::from_now(cloud, &planned.stack).await?;
    cloud.execute(&planned).await?;
    let mut shown =
        Shown::new(&progress, [Some(template), before.template.as_ref()]).only(changes.resources());
    let status = events.follow(true, |event| shown.event(event)).await?;
    let causes = shown.causes;
    let took = duration(progress.elapsed());
    if matches!(status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE") {
        if before.template.is_some() {
            // What was put there beside the template, and the change had no need to touch.
            code.put_right("Restored", &progress).await?;
        }
        let changed = count(changes.len(), "change");
        progress.done("Deployed", &format!("`{stack}`: {changed} in {took}"));
        drop(progress);
        outputs(cloud, stack, out).await?;
        return Ok(true);
    }
    drop(progress);
    Err(failure::of(stack, &status, &causes, template, declarations))
}

/// Uploads the packages that the bucket has not got.
async fn upload(
    cloud: &Cloud,
    bucket: &str,
    packages: &[Package],
    progress: &Progress,
) -> Result<()> {
    if cloud.ensure_bucket(bucket).await? {
        progress.done("Made", &format!("the bucket `{bucket}`"));
    }
    for Package { key, zip } in packages {
        progress.now(&format!("uploading {key}"));
        let weight = size(zip.len() as u64);
        if cloud.upload(bucket, key, zip.clone()).await? {
            progress.done("Uploaded", &format!("{key} ({weight})"));
        }
    }
    Ok(())
}

/// What the stack tells.
async fn outputs(cloud: &Cloud, stack: &str, out: &mut dyn io::Write) -> Result<()> {
    let found = cloud.stack(stack).await?.and_then(|stack| stack.outputs).unwrap_or_default();
    let outputs: BTreeMap<_, _> =
        found.into_iter().filter_map(|output| output.output_key.zip(output.output_value)).collect();
    for (name, value) in outputs {
        writeln!(out, "{name} = {value}")
            .map_err(|error| Error::new(format!("the outputs could not be written: {error}")))?;
    }
    Ok(())
}

//! `synth deploy`: a stack that is what the network says.
//!
//! Whatever an earlier run left, this one starts from what AWS says there is: what goes on is waited
//! for, what is half made is made anew, and what is there already is not done again.

mod changes;
mod code;
mod failure;
mod names;
mod owner;
mod parameters;
mod stack;

pub(crate) use owner::{Found, Owner};
pub(crate) use parameters::Given;
pub(crate) use stack::{Agreed, Ask, Shown, can_ask, confirm, settled};

use crate::{
    build::Package,
    cloud::{Account, Cloud, Events, Transport, Uploaded, Wanted},
    error::{Error, Result},
    folder::Template,
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
    pub(crate) agreed: Agreed,
    /// Whether a stack of which nothing but code is another gets it beside its template.
    pub(crate) code_alone: bool,
}

/// The parameter with the bucket of the packages.
pub(crate) const CODE_BUCKET: &str = "CodeBucket";

/// Builds and applies; whether the stack is what the network says.
pub(crate) async fn deploy(wish: &Deploy, out: &mut dyn io::Write) -> Result<bool> {
    // Who cannot be asked or reached is said before anything is compiled.
    can_ask(wish.agreed.ask)
        .map_err(|error| error.help("to see what would change: `synth diff`"))?;
    let cloud = Cloud::connect(&wish.account).await?;
    let program = Program::start_aside(&wish.selection).await?;
    let made = synthesise(wish, &cloud, program).await?;
    apply(wish, &cloud, &made, out).await
}

/// Synthesises, once all is in order that can be told before anything is compiled.
pub(crate) async fn synthesise(
    wish: &Deploy,
    cloud: &Cloud,
    program: Program,
) -> Result<Synthesised> {
    let stack = wish.stack.as_deref().unwrap_or(&program.name);
    if let Some(template) = &program.template {
        names::check(template, stack, cloud)?;
    }
    // A stack that is watched has the rest by now.
    if !wish.code_alone {
        let found = Found::look(cloud, stack).await?;
        if let Some(found) = &found {
            let after = program.template.as_ref();
            found.claim(cloud, &program.name, after, wish.agreed.adopt).await?;
        }
        if let Some(template) = &program.template {
            parameters::check(template, &wish.given, found.is_none(), CODE_BUCKET)?;
            let before = found.as_ref().filter(|found| !found.was_never_whole());
            possible(template, before.and_then(|found| found.template.as_ref()))?;
        }
    }
    Synthesised::make(program, wish.out.as_deref()).await
}

/// Refuses what CloudFormation would begin and take back.
fn possible(after: &Template, before: Option<&Template>) -> Result<()> {
    let Some(before) = before else { return Ok(()) };
    let diff = after.differences_from(Some(before))?;
    let mut refused = diff.refused().peekable();
    let Some(first) = refused.peek() else { return Ok(()) };
    let error = Error::new(format!("AWS would refuse to change `{}`", first.id));
    let why = |change: &net_synth::diff::ResourceChange| {
        format!("{}: {}", change.id, change.refused.as_deref().unwrap_or_default())
    };
    let why: Vec<_> = refused.map(why).collect();
    Err(error.why(why.join("\n")).help("nothing was changed; `synth diff` shows all of it"))
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
    let network = &built.name;
    let agreed = wish.agreed;
    let before = Before::settle(cloud, stack, network, template, agreed, &progress).await?;
    let Some(before) = before else { return Ok(false) };
    possible(template, before.template.as_ref())?;
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
        id: before.id.as_deref(),
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
    if let Some(error) = refusal(&changes, agreed) {
        cloud.discard(&planned).await?;
        return Err(error);
    }
    drop(progress);
    let answer = agree(&changes, agreed).await;
    if !matches!(answer, Ok(true)) {
        cloud.discard(&planned).await?;
        if before.id.is_none() {
            // The stack that was made to show its changes has nothing in it.
            cloud.forget_empty(&planned.stack).await?;
        }
        return answer;
    }

    let progress = Progress::start("applying");
    let mut events = Events::from_now(cloud, &planned.stack).await?;
    cloud.execute(stack, &planned).await?;
    let mut shown =
        Shown::new(&progress, [Some(template), before.template.as_ref()]).only(changes.resources());
    let status = events.follow(true, |event| shown.event(event)).await?;
    let causes = shown.causes;
    let took = duration(progress.elapsed());
    if matches!(status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE") {
        // What was put there beside the template, and the change had no need to touch; and that what
        // runs is what was packaged.
        code.put_right("Restored", &progress).await?;
        let changed = count(changes.len(), "change");
        progress.done("Deployed", &format!("`{stack}`: {changed} in {took}"));
        drop(progress);
        outputs(cloud, stack, out).await?;
        return Ok(true);
    }
    drop(progress);
    Err(failure::of(stack, &status, &causes, template, declarations))
}

/// Why changes are not to be applied, if nothing that was said with the command allows them.
fn refusal(changes: &Changes<'_>, agreed: Agreed) -> Option<Error> {
    let (lost, left) = (changes.lost(), changes.left());
    if !lost.is_empty() && !agreed.data_loss {
        return Some(stack::losing(&lost));
    }
    // Who is there is asked.
    let is_asked = agreed.ask == Ask::First || agreed.data_loss || agreed.leave_data;
    (!left.is_empty() && !is_asked).then(|| stack::leaving(&left))
}

/// Asks for all that is not agreed to yet.
async fn agree(changes: &Changes<'_>, agreed: Agreed) -> Result<bool> {
    let left = changes.left();
    if !left.is_empty() && !agreed.data_loss && !agreed.leave_data {
        let what = left.join(", ");
        let question = format!(
            "What is in {what} stays outside the stack, and the network no longer reaches it.\n\
             Leave it behind?"
        );
        if !confirm(agreed.ask, &question).await? {
            return Ok(false);
        }
    }
    confirm(agreed.ask, "Apply these changes?").await
}

/// Uploads the packages that the bucket has not got.
async fn upload(
    cloud: &Cloud,
    bucket: &str,
    packages: &[Package],
    progress: &Progress,
) -> Result<()> {
    let is_made = cloud.ensure_bucket(bucket).await?;
    if is_made {
        progress.done("Made", &format!("the bucket `{bucket}`"));
    }
    // Not somebody's own bucket, which may have other uses. An earlier run may have been killed
    // between making ours and giving it its policy.
    let is_ours = is_made || bucket == cloud.default_bucket();
    if cloud.ensure_tls(bucket, is_ours).await? == Transport::Any {
        let what =
            format!("`{bucket}`: no policy of it refuses requests without TLS (docs/deploy.md)");
        progress.done("Note", &what);
    }
    for Package { key, zip } in packages {
        progress.now(&format!("uploading {key}"));
        let weight = size(zip.len() as u64);
        match cloud.upload(bucket, key, zip.clone()).await? {
            Uploaded::Already => {}
            Uploaded::New => progress.done("Uploaded", &format!("{key} ({weight})")),
            Uploaded::Instead => {
                let what = format!("{key} ({weight}), in whose place something else was");
                progress.done("Uploaded", &what);
            }
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

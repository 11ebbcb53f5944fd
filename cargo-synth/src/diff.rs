//! `synth diff`: what a deployment would change.
//!
//! There is one comparison, net-synth's. Here both sides are fetched for it.

use crate::{
    aside::aside,
    cloud::{Account, Cloud},
    deploy::settled,
    error::{Error, Result},
    folder::Template,
    program::Program,
    progress::Progress,
    selection::Selection,
    synthesise::Synthesised,
};
use net_synth::diff::Held;
use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

/// What `synth diff` was told.
pub(crate) struct Compare {
    pub(crate) selection: Selection,
    pub(crate) out: Option<PathBuf>,
    pub(crate) account: Account,
    pub(crate) stack: Option<String>,
    pub(crate) against: Option<PathBuf>,
    pub(crate) json: bool,
}

/// Compares and tells; the exit status that says what came of it.
pub(crate) async fn diff(wish: Compare, out: &mut dyn io::Write) -> Result<u8> {
    let Some(file) = &wish.against else { return diff_deployed(wish, out).await };
    let text = fs::read_to_string(file).map_err(|error| Error::file(file, "read", &error))?;
    let Some(before) = Template::parse(text) else {
        // Not a template: the program reads networks, and says what is wrong with anything else.
        let (selection, file, json) = (wish.selection, file.clone(), wish.json);
        let answer = aside(move || Program::start(selection)?.diff(&file, json)).await?;
        // Nobody listens: the answer is the same.
        let _ = anstream::stderr().write_all(answer.err.as_bytes());
        out.write_all(answer.out.as_bytes()).map_err(unwritten)?;
        return Ok(answer.status);
    };
    let after = synthesised(&wish).await?.template;
    tell(Some(&before), &after, &format!("`{}`", file.display()), wish.json, out)
}

/// Into a folder that goes, unless one was given: what is compared with may lie where `synth` writes.
async fn synthesised(wish: &Compare) -> Result<Synthesised> {
    let program = Program::start_aside(&wish.selection).await?;
    let scratch = program.workspace.scratch()?;
    let out = wish.out.as_deref().unwrap_or(scratch.path());
    Synthesised::make(program, Some(out)).await
}

async fn diff_deployed(wish: Compare, out: &mut dyn io::Write) -> Result<u8> {
    // Who cannot be reached is said before anything is compiled.
    let cloud = Cloud::connect(&wish.account).await?;
    let Synthesised { built, template: after, .. } = synthesised(&wish).await?;
    let network = built.name;
    let name = wish.stack.unwrap_or_else(|| network.clone());
    let progress = Progress::start("looking at the stack");
    let found = settled(&cloud, &name, &progress).await?;
    if let Some(found) = found.as_ref().filter(|found| !found.is_of(&network)) {
        let what =
            format!("`{name}`, {}: without `--adopt`, `synth deploy` refuses it", found.owner);
        progress.done("Note", &what);
    }
    let mut is_lost = false;
    let before = match found {
        Some(found) if found.was_never_whole() => {
            let status = &found.status;
            progress
                .done("Note", &format!("`{name}` is {status}: `synth deploy` deletes it first"));
            let there = cloud.resources(&found.id).await?.into_iter();
            let there: Vec<_> = there.filter(|resource| !resource.is_left).collect();
            progress.say(&found.show(&there));
            is_lost = there.iter().any(|resource| found.removed(resource) == Some(Held::Lost));
            if is_lost {
                let what = "without `--allow-data-loss`, `synth deploy` refuses to delete it";
                progress.done("Note", what);
            }
            None
        }
        Some(found) if found.is_under_review() => None,
        Some(found) if found.template.is_none() => return Err(found.unreadable()),
        Some(found) => found.template,
        None => None,
    };
    let stack = format!("stack `{name}` in {}, account {}", cloud.region, cloud.account);
    if before.is_none() {
        progress.done("Comparing", &format!("with nothing: there is no {stack}"));
    }
    drop(progress);
    let status = tell(before.as_ref(), &after, &format!("the {stack}"), wish.json, out)?;
    Ok(if is_lost { LOSS } else { status })
}

/// The exit status where data is lost, as [`net_synth::diff::Diff::exit_status`] has it.
const LOSS: u8 = 4;

fn tell(
    before: Option<&Template>,
    after: &Template,
    against: &str,
    json: bool,
    out: &mut dyn io::Write,
) -> Result<u8> {
    let diff = after.differences_from(before)?;
    let text = if json {
        net_dsl::text::json(&diff)
            .map_err(|error| Error::new(format!("the differences are no JSON: {error}")))?
    } else if diff.is_empty() {
        format!("no difference from {against}")
    } else if diff.refused().next().is_some() {
        format!("{}`synth deploy` refuses this, because AWS would", diff.render())
    } else if diff.losses().next().is_some() {
        format!("{}without `--allow-data-loss`, `synth deploy` refuses this", diff.render())
    } else if diff.left().next().is_some() {
        format!(
            "{}`synth deploy` asks about what is left behind; with `--yes` it needs `--leave-data`",
            diff.render()
        )
    } else {
        diff.render()
    };
    writeln!(out, "{}", text.trim_end()).map_err(unwritten)?;
    Ok(diff.exit_status())
}

fn unwritten(error: io::Error) -> Error {
    Error::new(format!("the differences could not be written: {error}"))
}

//! `synth watch`: deploys, and again whenever something changes.

mod files;

use crate::{
    build,
    cloud::Cloud,
    deploy::{self, Deploy, Given},
    error::{Error, Result},
    program::Program,
    progress::{count, duration, tell},
    synthesise::Synthesised,
};
pub(crate) use files::Files;
use std::{
    convert::Infallible,
    io::{self, Write as _},
    path::PathBuf,
    time::Instant,
};

/// Deploys and watches, until somebody interrupts it or nothing can be watched.
pub(crate) async fn watch(mut wish: Deploy, out: &mut dyn io::Write) -> Result<Infallible> {
    let cloud = Cloud::connect(&wish.account).await?;
    let mut workspace = wish.selection.workspace().await?;
    let mut changed: Option<Instant> = None;
    // The template that the stack was last brought up to.
    let mut live: Option<String> = None;
    // What is packaged as it is, of whatever language.
    let mut folders: Vec<PathBuf> = Vec::new();
    loop {
        // From before the build on: what changes while it runs is built next.
        let mut files = Files::watch(&workspace, &folders, wish.out.as_deref())?;
        let program = Program::start_aside(&wish.selection).await;
        // Of a network with errors nothing is known.
        let known = program.as_ref().ok().filter(|program| program.template.is_some());
        let sources = known.map_or_else(|| folders.clone(), build::sources);
        if sources != folders {
            // They are watched before they are read.
            folders = sources;
            continue;
        }
        if changed.is_none() {
            tell("Watching", &format!("{}; Ctrl-C ends it", count(files.folders(), "folder")));
        }
        let live_then = live.take();
        let made = match program {
            Ok(program) => deploy::synthesise(&wish, &cloud, program).await,
            Err(error) => Err(error),
        };
        match made {
            Err(error) => wrong(&error),
            Ok(made) => match bring(&wish, &cloud, &made, live_then, changed, out).await {
                Ok(()) => {
                    // What was given with the command the stack has now.
                    wish.given = Given::default();
                    wish.code_alone = true;
                    wish.selection.said = Some(made.built.said);
                    live = Some(made.template.text);
                }
                Err(error) => wrong(&error),
            },
        }
        changed = Some(files.changed().await?);
        // A manifest that cannot be read is the build's to tell.
        workspace = wish.selection.workspace().await.unwrap_or(workspace);
    }
}

fn wrong(error: &Error) {
    // Nobody listens: the next change may be the better one all the same.
    let _ = write!(anstream::stderr(), "{error}");
    tell("Watching", "for the next change");
}

/// Brings the stack up to date.
async fn bring(
    wish: &Deploy,
    cloud: &Cloud,
    made: &Synthesised,
    live: Option<String>,
    changed: Option<Instant>,
    out: &mut dyn io::Write,
) -> Result<()> {
    let stack = wish.stack.as_deref().unwrap_or(&made.built.name);
    // The template names the packages, so it says all of a deployment.
    let is_live = live.is_some_and(|live| live == made.template.text);
    if !is_live {
        deploy::apply(wish, cloud, made, out).await?;
    }
    if let Some(changed) = changed {
        let took = duration(changed.elapsed());
        let verb = if is_live { "Unchanged" } else { "Live" };
        tell(verb, &format!("`{stack}`, {took} after the change"));
    }
    Ok(())
}

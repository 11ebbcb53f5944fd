//! `synth watch`: deploys, and again whenever something changes.

mod files;

use crate::{
    aside::aside,
    build::{self, Workspace},
    cloud::Cloud,
    deploy::{self, Deploy},
    error::{Error, Result},
    progress::{count, duration, tell},
    synthesise::Synthesised,
};
use files::Files;
use std::{
    convert::Infallible,
    io::{self, Write as _},
    path::PathBuf,
    time::Instant,
};

/// Deploys and watches, until somebody interrupts it or nothing can be watched.
pub(crate) async fn watch(mut wish: Deploy, out: &mut dyn io::Write) -> Result<Infallible> {
    let cloud = Cloud::connect(&wish.account).await?;
    let mut workspace = Workspace::load(wish.program.manifest_path.as_deref())?;
    let mut changed: Option<Instant> = None;
    // The template that the stack was last brought up to.
    let mut live: Option<String> = None;
    // What is packaged as it is, of whatever language.
    let mut folders: Vec<PathBuf> = Vec::new();
    loop {
        // From before the build on: what changes while it runs is built next.
        let mut files = Files::watch(&workspace, &folders, wish.out.as_deref())?;
        if changed.is_none() {
            tell("Watching", &format!("{}; Ctrl-C ends it", count(files.folders(), "folder")));
        }
        let live_then = live.take();
        let made = Synthesised::make(&wish.program, wish.out.as_deref()).await;
        let sources = match &made {
            Ok(made) => made.built.sources.clone(),
            // What is wrong may be a folder that is not watched yet.
            Err(_) => sources(&wish).await.unwrap_or_else(|_| folders.clone()),
        };
        // What changed in them meanwhile nobody has seen.
        let is_news = sources != folders;
        folders = sources;
        match made {
            // It is told once they are watched.
            Err(_) if is_news => {
                changed = None;
                continue;
            }
            Err(error) => wrong(&error),
            Ok(made) => match bring(&wish, &cloud, &made, live_then, changed, out).await {
                Ok(()) => {
                    // What was given with the command the stack has now.
                    wish.code_alone = true;
                    wish.program.said = Some(made.built.said);
                    live = Some(made.template.text);
                    if is_news {
                        changed = None;
                        continue;
                    }
                }
                Err(error) => {
                    wrong(&error);
                    folders.iter().try_for_each(|folder| files.also(folder))?;
                }
            },
        }
        changed = Some(files.changed().await?);
        // A manifest that cannot be read is the build's to tell.
        workspace = Workspace::load(wish.program.manifest_path.as_deref()).unwrap_or(workspace);
    }
}

async fn sources(wish: &Deploy) -> Result<Vec<PathBuf>> {
    let program = wish.program.clone();
    aside(move || build::sources(&program)).await
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

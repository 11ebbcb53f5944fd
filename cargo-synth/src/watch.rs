//! `synth watch`: deploys, and again whenever something changes.

mod files;
mod rounds;

use crate::{
    cloud::Cloud,
    deploy::{self, Deploy, Given},
    error::Result,
    progress::{count, duration, tell},
    synthesise::Synthesised,
};
use files::Files;
pub(crate) use rounds::{Rounds, wrong};
use std::{convert::Infallible, io, time::Instant};

/// Deploys and watches, until somebody interrupts it or nothing can be watched.
pub(crate) async fn watch(mut wish: Deploy, out: &mut dyn io::Write) -> Result<Infallible> {
    let cloud = Cloud::connect(&wish.account).await?;
    let mut rounds = Rounds::new(&wish.selection, wish.out.clone()).await?;
    // The template that the stack was last brought up to.
    let mut live: Option<String> = None;
    loop {
        let (files, program) = rounds.begin(&wish.selection).await?;
        let changed = rounds.changed();
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
        rounds.end(&wish.selection, files).await?;
    }
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

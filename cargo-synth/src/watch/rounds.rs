//! What `synth watch` and `synth dev` do alike: a round for each change.

use super::Files;
use crate::{
    build,
    error::{Error, Result},
    program::Program,
    progress::tell,
    selection::Selection,
    workspace::Workspace,
};
use std::{io::Write as _, path::PathBuf, time::Instant};

/// Rounds, one for each change.
pub(crate) struct Rounds {
    workspace: Workspace,
    /// What is packaged as it is, of whatever language.
    folders: Vec<PathBuf>,
    /// Where this tool writes, and nobody watches.
    out: Option<PathBuf>,
    changed: Option<Instant>,
}

impl Rounds {
    pub(crate) async fn new(selection: &Selection, out: Option<PathBuf>) -> Result<Rounds> {
        let workspace = selection.workspace().await?;
        Ok(Rounds { workspace, folders: Vec::new(), out, changed: None })
    }

    /// When something has changed; nothing in the first round.
    pub(crate) fn changed(&self) -> Option<Instant> {
        self.changed
    }

    /// Starts the program, once everything that it is made of is watched.
    ///
    /// # Errors
    /// That nothing can be watched. A program that does not start is one to be told of.
    pub(crate) async fn begin(
        &mut self,
        selection: &Selection,
    ) -> Result<(Files, Result<Program>)> {
        loop {
            // From before the build on: what changes while it runs is built next.
            let files = Files::watch(&self.workspace, &self.folders, self.out.as_deref())?;
            let program = Program::start_aside(selection).await;
            // Of a network with errors nothing is known.
            let known = program.as_ref().ok().filter(|program| program.template.is_some());
            let sources = known.map_or_else(|| self.folders.clone(), build::sources);
            if sources == self.folders {
                return Ok((files, program));
            }
            // They are watched before they are read.
            self.folders = sources;
        }
    }

    /// Waits for a change.
    ///
    /// # Errors
    /// That nothing can be watched any more.
    pub(crate) async fn end(&mut self, selection: &Selection, mut files: Files) -> Result<()> {
        self.changed = Some(files.changed().await?);
        // A manifest that cannot be read is the build's to tell.
        if let Ok(workspace) = selection.workspace().await {
            self.workspace = workspace;
        }
        Ok(())
    }
}

/// Tells what went wrong in a round.
pub(crate) fn wrong(error: &Error) {
    // Nobody listens: the next change may be the better one all the same.
    let _ = write!(anstream::stderr(), "{error}");
    tell("Watching", "for the next change");
}

//! `synth` alone: a folder with everything a deployment needs.

use crate::{
    aside::aside,
    build::{self, Built, PACKAGES},
    error::Result,
    folder::{Declarations, Template},
    program::Program,
};
use std::path::{Path, PathBuf};

/// Builds the packages, and lets the program write its files with their keys.
pub(crate) fn synthesise(
    program: &mut Program,
    out: Option<&Path>,
) -> Result<(Built, Vec<PathBuf>)> {
    let built = build::run(program, out)?;
    let packages = built.folder.join(PACKAGES);
    let files = program.synthesise(&built.folder, &packages)?;
    build::tidy(&built);
    Ok((built, files))
}

/// A synthesised folder, read.
pub(crate) struct Synthesised {
    pub(crate) built: Built,
    pub(crate) template: Template,
    pub(crate) declarations: Declarations,
}

impl Synthesised {
    /// Synthesises, while whoever waits for it can be interrupted.
    pub(crate) async fn make(mut program: Program, out: Option<&Path>) -> Result<Synthesised> {
        let out = out.map(Path::to_owned);
        aside(move || {
            let (built, _) = synthesise(&mut program, out.as_deref())?;
            let template = Template::read(&built.folder)?;
            let declarations = Declarations::read(&built.folder)?;
            Ok(Synthesised { built, template, declarations })
        })
        .await
    }
}

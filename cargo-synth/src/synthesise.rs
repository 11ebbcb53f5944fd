//! `synth` alone: a folder with everything a deployment needs.

use crate::{
    build::{self, Built, PACKAGES},
    error::Result,
    program::Program,
};
use std::path::{Path, PathBuf};

/// Builds the packages, and lets the program write its files with their keys.
pub(crate) fn synthesise(program: &Program, out: Option<&Path>) -> Result<(Built, Vec<PathBuf>)> {
    let built = build::run(program, out)?;
    let packages = built.folder.join(PACKAGES);
    let written = program.synthesise(&built.folder, Some(&packages))?;
    build::tidy(&built);
    Ok((built, written.files))
}

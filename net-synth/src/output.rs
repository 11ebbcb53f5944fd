//! Files that are there whole or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
};

/// Writes files into a folder, made if need be: all are written beside their place first and
/// renamed only then, so that a failure leaves what was there before.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = |name: &str| folder.join(format!(".{name}.{}", process::id()));
    let written: io::Result<Vec<PathBuf>> = files
        .iter()
        .map(|(name, text)| {
            let path = beside(name);
            fs::write(&path, text).map(|()| path)
        })
        .collect();
    let renamed = written.and_then(|paths| {
        paths
            .iter()
            .zip(files)
            .try_for_each(|(path, (name, _))| fs::rename(path, folder.join(name)))
    });
    if renamed.is_err() {
        for (name, _) in files {
            // What was not written cannot be removed, and that is all right.
            let _ = fs::remove_file(beside(name));
        }
    }
    renamed
}

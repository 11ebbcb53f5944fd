//! Packages: `bootstrap` in a zip, the same bytes for the same code.

use crate::error::{Error, Result};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt::Write as _,
    fs,
    io::{Cursor, Write as _},
    path::{Path, PathBuf},
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// Where packages lie in a network's folder, and in the bucket.
const FOLDER: &str = "packages";

/// A function's code as Lambda takes it.
pub(crate) struct Package {
    /// Where it lies in the network's folder and in the bucket: a path of the binary's name and a hash
    /// of the bytes.
    pub(crate) key: String,
    pub(crate) zip: Vec<u8>,
}

impl Package {
    /// Packages an executable.
    pub(crate) fn of(binary: &str, executable: &Path) -> Result<Package> {
        let code = fs::read(executable).map_err(|error| Error::file(executable, "read", &error))?;
        let zip = zip(&code)
            .map_err(|error| Error::new(format!("`{binary}` could not be packaged: {error}")))?;
        let key = format!("{FOLDER}/{binary}-{}.zip", hash(&zip));
        Ok(Package { key, zip })
    }
}

/// What names bytes by what they are; 64 bits tell the versions of one thing apart.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().fold(String::new(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

/// `bootstrap`, executable, of no time but zip's first.
fn zip(code: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(code.len() / 2)));
    zip.start_file("bootstrap", options)?;
    zip.write_all(code)?;
    Ok(zip.finish()?.into_inner())
}

/// Writes packages, and which function has which.
pub(crate) fn write<'a>(
    folder: &Path,
    packages: impl Iterator<Item = &'a Package>,
    keys: &BTreeMap<&str, &str>,
) -> Result<()> {
    let place = folder.join(FOLDER);
    fs::create_dir_all(&place).map_err(|error| Error::file(&place, "made", &error))?;
    for package in packages {
        whole(&folder.join(&package.key), &package.zip)?;
    }
    let mut text = serde_json::to_string_pretty(keys).unwrap_or_default();
    text.push('\n');
    whole(&folder.join(super::PACKAGES), text.as_bytes())
}

/// Removes the packages that earlier builds left, once no template names them any more.
pub(crate) fn tidy(built: &super::Built) {
    for entry in fs::read_dir(built.folder.join(FOLDER)).into_iter().flatten().flatten() {
        let is_old = |package: &Package| entry.path() != built.folder.join(&package.key);
        if built.packages.iter().all(is_old) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Writes a file beside its place and renames it, so that it is there whole or not at all.
fn whole(file: &Path, bytes: &[u8]) -> Result<()> {
    let mut beside = OsString::from(file);
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, file)).map_err(|error| {
        let _ = fs::remove_file(&beside);
        Error::file(file, "written", &error)
    })
}

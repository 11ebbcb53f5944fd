//! Packages: code in a zip, the same bytes for the same code.

use crate::error::{Error, Result};
use net_dsl::entity::function::Folder;
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
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
    /// Where it lies in the network's folder and in the bucket: a path of the binary's or folder's
    /// name and a hash of the bytes.
    pub(crate) key: String,
    pub(crate) zip: Vec<u8>,
}

/// A file in a package.
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) executable: bool,
}

impl Package {
    /// Packages an executable.
    pub(crate) fn of_binary(binary: &str, executable: &Path) -> Result<Package> {
        let bytes =
            fs::read(executable).map_err(|error| Error::file(executable, "read", &error))?;
        let file = File { bytes, executable: true };
        Package::of(binary, [(Folder::BOOTSTRAP, &file)])
    }

    /// Packages files, under their paths and in their order.
    pub(crate) fn of<'a>(
        name: &str,
        files: impl IntoIterator<Item = (&'a str, &'a File)>,
    ) -> Result<Package> {
        let zip = zip(files).map_err(|error| {
            Error::new(format!("`{name}` could not be packaged")).why(error.to_string())
        })?;
        let key = format!("{FOLDER}/{name}-{}.zip", hash(&zip));
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

/// Each file of no time but zip's first, and with one of two modes: what everybody may read and, if
/// it is a program, run.
fn zip<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a File)>,
) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, File { bytes, executable }) in files {
        let mode = if *executable { 0o755 } else { 0o644 };
        zip.start_file(path, options.unix_permissions(mode))?;
        zip.write_all(bytes)?;
    }
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
        if is_package(&entry.file_name()) && built.packages.iter().all(is_old) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a file is called as a package is, or as one that was not written to its end: `--out` may be
/// a folder that has other things in it.
fn is_package(file: &OsStr) -> bool {
    let Some((name, process)) = file.to_str().and_then(|file| file.split_once(".zip")) else {
        return false;
    };
    let hash = name.rsplit_once('-').map(|(_, hash)| hash);
    let is_hash = |hash: &str| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    hash.is_some_and(is_hash)
        && (process.is_empty()
            || process.strip_prefix('.').is_some_and(|id| id.parse::<u32>().is_ok()))
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

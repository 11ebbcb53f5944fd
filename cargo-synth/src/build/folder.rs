//! A folder with a function's code, packaged as it is.

use super::package::{File, Package};
use crate::{
    error::{Error, Result},
    folder::Function,
    progress,
};
use net_dsl::entity::function::Folder;
use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    path::{Path, PathBuf},
};
use walkdir::WalkDir;

/// What a function's package may unpack to: 250 MiB (Lambda quotas).
const LARGEST: u64 = 262_144_000;

/// What is no code and changes by itself: version control's own, and what running and looking leave
/// behind.
const LEFT_OUT: [&str; 6] = [".git", ".hg", ".jj", ".svn", ".DS_Store", "__pycache__"];

/// Packages the folder that is a function's code.
pub(crate) fn package(root: &Path, function: &Function, folder: &Folder) -> Result<Package> {
    let error = |what: &str| {
        let (path, entity) = (folder.path(), &function.entity);
        Error::new(format!("the folder `{path}`, the code of `{entity}`, {what}"))
    };
    let place = root.join(folder.path());
    if !place.is_dir() {
        let what = if place.exists() { "is no folder" } else { "does not exist" };
        return Err(error(what).why(format!("it would be {}", place.display())).help(format!(
            "make it, or correct `folder!(\"{}\", …)` in the network",
            folder.path()
        )));
    }
    let real = place.canonicalize().map_err(|io| error(&format!("cannot be read: {io}")))?;
    if !root.canonicalize().is_ok_and(|root| real.starts_with(root)) {
        return Err(error("leads out of the workspace by a link")
            .why("what is there is another on every machine")
            .help("move the code into the workspace"));
    }

    let found = find(&real).map_err(|(path, what)| {
        let path = path.strip_prefix(&real).unwrap_or(&path).display();
        error(&format!("has `{path}`, {what}"))
            .why("a package is all of its folder, and the same on every machine")
            .help("take it out of the folder, or put in its place what it stands for")
    })?;
    if found.is_empty() {
        return Err(error("is empty").help("put the code into it"));
    }
    let size: u64 = found.values().map(|found| found.metadata.len()).sum();
    if size > LARGEST {
        return Err(error(&format!("has {} in it", progress::size(size)))
            .why(format!("Lambda unpacks {} (250 MiB) at the most", progress::size(LARGEST)))
            .help("take out what the code does not need to run: tests, caches, build tools"));
    }
    // What layers bring is not to be seen here.
    if !function.has_layers {
        starts(&found, folder).map_err(|(what, help)| error(&what).help(help))?;
    }

    let mut files = BTreeMap::new();
    for (path, Found { file, metadata }) in found {
        let bytes = fs::read(file)
            .map_err(|io| error(&format!("has `{path}`, which cannot be read: {io}")))?;
        files.insert(path, File { bytes, executable: is_executable(&metadata) });
    }
    Package::of(folder.name(), files.iter().map(|(path, file)| (path.as_str(), file)))
}

/// A file, and what it is; a link counts as what it leads to.
struct Found {
    file: PathBuf,
    metadata: Metadata,
}

/// What a package cannot have, and why.
type Unfit = (PathBuf, String);

/// The files that go into a package, by the path that they have in it.
fn find(real: &Path) -> std::result::Result<BTreeMap<String, Found>, Unfit> {
    let mut files = BTreeMap::new();
    let walk = WalkDir::new(real).min_depth(1).follow_links(true).into_iter();
    for entry in walk.filter_entry(|entry| LEFT_OUT.iter().all(|name| entry.file_name() != *name)) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(real).to_owned();
            let what = match error.io_error() {
                None => "a link to a folder that it is in".to_owned(),
                Some(_) if path.is_symlink() => "a link that leads nowhere".to_owned(),
                Some(io) => format!("which cannot be read: {io}"),
            };
            (path, what)
        })?;
        let unfit = |what: &str| (entry.path().to_owned(), what.to_owned());
        let stays = || entry.path().canonicalize().is_ok_and(|target| target.starts_with(real));
        if entry.path_is_symlink() && !stays() {
            return Err(unfit("a link that leads out of the folder"));
        }
        // Sockets and the like hold nothing.
        if !entry.file_type().is_file() {
            continue;
        }
        let metadata =
            entry.metadata().map_err(|io| unfit(&format!("which cannot be read: {io}")))?;
        let parts = entry.path().strip_prefix(real).unwrap_or(entry.path()).iter();
        let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
        let path = parts.ok_or_else(|| unfit("whose name is not UTF-8"))?.join("/");
        files.insert(path, Found { file: entry.into_path(), metadata });
    }
    Ok(files)
}

/// Whether what Lambda starts is there; what is wrong, and what to do.
fn starts(
    files: &BTreeMap<String, Found>,
    folder: &Folder,
) -> std::result::Result<(), (String, String)> {
    let path = folder.path();
    if folder.has_bootstrap() {
        let bootstrap = Folder::BOOTSTRAP;
        return match files.get(bootstrap) {
            Some(file) if is_executable(&file.metadata) => Ok(()),
            Some(_) => Err((
                format!("has a `{bootstrap}` that is not executable"),
                format!("chmod +x {path}/{bootstrap}"),
            )),
            None => Err((
                format!("has no `{bootstrap}`, which `{}` starts", folder.runtime()),
                format!("put the program there as {path}/{bootstrap}, executable"),
            )),
        };
    }
    let Some(module) = module(folder) else { return Ok(()) };
    let is_there = |file: &String| {
        file.strip_prefix(module.as_str())
            .is_some_and(|rest| rest.starts_with('.') || rest == "/__init__.py")
    };
    if files.keys().any(is_there) {
        return Ok(());
    }
    let handler = folder.handler();
    Err((
        format!("has no file for the handler `{handler}`: there is no `{module}.…`"),
        "a handler is written `file.function`, with the file's path inside the folder".to_owned(),
    ))
}

/// The file that a handler names, without its extension, in languages that name one.
fn module(folder: &Folder) -> Option<String> {
    let (runtime, handler) = (folder.runtime(), folder.handler());
    if runtime.starts_with("python") {
        // Parts before the last are packages.
        return Some(handler.rsplit_once('.')?.0.replace('.', "/"));
    }
    if !runtime.starts_with("nodejs") && !runtime.starts_with("ruby") {
        return None;
    }
    let name = handler.rfind('/').map_or(0, |slash| slash + 1);
    let dot = handler[name..].find('.')?;
    Some(handler[..name + dot].to_owned())
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

/// Where no file says whether it is a program, all may be.
#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    true
}

//! The files that a deployment is made of, and when they change.

use crate::{
    build::LEFT_OUT,
    error::{Error, Result},
    workspace::Workspace,
};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{self, Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    time::timeout,
};

/// How long nothing changes until what changed belongs together: editors and version control write
/// files one after the other.
const QUIET: Duration = Duration::from_millis(100);

/// How long that is waited for at the most: a log may be written without end, but what is installed or
/// checked out is not to be taken by halves.
const LONGEST: Duration = Duration::from_secs(30);

/// What of a workspace's root counts where it is no package itself.
const ROOT: [&str; 3] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// Files that are watched.
pub(crate) struct Files {
    changes: UnboundedReceiver<Instant>,
    folders: BTreeSet<PathBuf>,
    /// What tools make.
    made: Vec<PathBuf>,
    // It watches while it is there.
    watcher: RecommendedWatcher,
}

impl Files {
    /// Watches the packages of a workspace and those beside it that they depend on, as far as nobody
    /// hides them and no tool makes them; `out` is such a tool's folder.
    ///
    /// Folders are watched one by one, since in some of them are other tools' thousands; so it is asked
    /// anew after each change, and sees new ones. Where one of `sources`, the folders that are functions'
    /// code, is not there, the folder is that it would be made in.
    pub(crate) fn watch(
        workspace: &Workspace,
        sources: &[PathBuf],
        out: Option<&Path>,
    ) -> Result<Files> {
        // As they are called here, and as the system calls them.
        let names = |folder: &Path| [path::absolute(folder), fs::canonicalize(folder)];
        let made = [Some(workspace.target()), out].into_iter().flatten().flat_map(names);
        let made: Vec<PathBuf> = made.flatten().collect();
        let root = workspace.root().to_owned();
        let only = workspace.folders().all(|package| package != root).then(|| root.clone());

        let (sender, changes) = mpsc::unbounded_channel();
        let others = made.clone();
        let awaited = sources.to_owned();
        let counts = move |path: &Path| {
            let name = path.file_name().unwrap_or_default();
            let is_other = only.as_deref().is_some_and(|root| path.parent() == Some(root))
                && ROOT.iter().all(|known| name != *known)
                && awaited.iter().all(|source| !source.starts_with(path));
            !is_other
                && !is_passed_over(name)
                && !is_temporary(name)
                && !others.iter().any(|other| path.starts_with(other))
        };
        let heard = move |event: notify::Result<Event>| {
            // What the system lost may have been anything.
            let is_change = event.map_or(true, |event| {
                event.need_rescan()
                    || !event.kind.is_access() && event.paths.iter().any(|path| counts(path))
            });
            if is_change {
                // Nobody waits for it any more: this is the end of a watch.
                let _ = sender.send(Instant::now());
            }
        };
        let watcher = notify::recommended_watcher(heard).map_err(|error| refused(&error))?;
        let mut files = Files { changes, folders: BTreeSet::new(), made, watcher };
        files.add(BTreeSet::from([root]))?;
        for package in workspace.folders() {
            files.also(package)?;
        }
        for source in sources {
            if source.is_dir() {
                files.also(source)?;
            } else if let Some(place) = source.ancestors().find(|place| place.is_dir()) {
                files.add(BTreeSet::from([place.to_owned()]))?;
            }
        }
        Ok(files)
    }

    /// Watches a folder and those in it.
    fn also(&mut self, folder: &Path) -> Result<()> {
        let mut folders = BTreeSet::new();
        find(folder, &self.made, &mut folders);
        self.add(folders)
    }

    fn add(&mut self, folders: BTreeSet<PathBuf>) -> Result<()> {
        for folder in folders {
            if !self.folders.contains(&folder) {
                match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                    Ok(()) => {}
                    // It went away meanwhile, which is a change that its parent saw.
                    Err(_) if !folder.exists() => {}
                    Err(error) => return Err(refused(&error)),
                }
                self.folders.insert(folder);
            }
        }
        Ok(())
    }

    /// How many folders they are in.
    pub(crate) fn folders(&self) -> usize {
        self.folders.len()
    }

    /// Waits until something changes and then nothing more for a moment; when it began.
    pub(crate) async fn changed(&mut self) -> Result<Instant> {
        let first = self.changes.recv().await.ok_or_else(|| {
            Error::new("the system no longer says which files change").help("start it again")
        })?;
        while first.elapsed() < LONGEST
            && matches!(timeout(QUIET, self.changes.recv()).await, Ok(Some(_)))
        {}
        Ok(first)
    }
}

/// A folder and those in it.
fn find(folder: &Path, made: &[PathBuf], folders: &mut BTreeSet<PathBuf>) {
    // Build tools mark the folders that they make: bford.info/cachedir.
    let is_made = folder.join("CACHEDIR.TAG").exists() || made.iter().any(|made| folder == made);
    if is_made || !folders.insert(folder.to_owned()) {
        return;
    }
    // What cannot be read cannot be compiled either.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !is_passed_over(&entry.file_name())
        {
            find(&entry.path(), made, folders);
        }
    }
}

/// Whether nothing that is deployed is in it.
fn is_passed_over(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || LEFT_OUT.iter().any(|known| name == *known)
}

/// Whether an editor made it for itself: Emacs, Vim, JetBrains', Kate.
fn is_temporary(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let ends = ["~", ".swp", ".swx", ".swo", ".tmp", ".bak", ".orig", ".kate-swp"];
    ends.iter().any(|end| name.ends_with(end))
        || name.starts_with('#') && name.ends_with('#')
        || name == "4913"
}

fn refused(error: &notify::Error) -> Error {
    let refused = Error::new("the files cannot be watched").why(error.to_string());
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => refused.help(
            "allow more folders to be watched: sudo sysctl fs.inotify.max_user_watches=524288",
        ),
        _ => refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_keep_for_themselves_is_no_change() {
        for name in [
            ".main.rs.swp",
            "main.rs~",
            "#main.rs#",
            ".#main.rs",
            "4913",
            "main.rs.tmp",
            "__pycache__",
        ] {
            assert!(is_passed_over(name.as_ref()) || is_temporary(name.as_ref()), "{name}");
        }
        for name in ["main.rs", "Cargo.toml", "template.swpx", "a#b"] {
            assert!(!is_passed_over(name.as_ref()) && !is_temporary(name.as_ref()), "{name}");
        }
    }
}

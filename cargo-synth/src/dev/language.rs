//! Code in a folder, run by what this machine has for its language.
//!
//! Lambda's runtimes are not on this machine. For Python and JavaScript a small program of ours does what
//! they do: it loads the handler and asks the runtime API for events. A `bootstrap` is such a program itself.

use crate::workspace::Workspace;
use net_dsl::entity::function::Folder;
use net_local::dev::Program;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};
use walkdir::WalkDir;

const PYTHON: (&str, &str) = ("runtime.py", include_str!("runtime.py"));
const NODE: (&str, &str) = ("runtime.mjs", include_str!("runtime.mjs"));

/// What runs the code of a folder.
///
/// # Errors
/// Why it cannot run here.
pub(crate) fn program(folder: &Folder, workspace: &Workspace) -> Result<Program, String> {
    let path = workspace.root().join(folder.path());
    let runtime = folder.runtime();
    let (binary, arguments) = if folder.has_bootstrap() {
        (path.join(Folder::BOOTSTRAP), Vec::new())
    } else if runtime.starts_with("python") {
        ("python3".into(), vec![written(workspace, PYTHON)?.into()])
    } else if runtime.starts_with("nodejs") {
        ("node".into(), vec![written(workspace, NODE)?.into()])
    } else {
        return Err(format!(
            "functions of the runtime `{runtime}` do not run on this machine: Rust, Python, JavaScript and a \
             `bootstrap` do"
        ));
    };
    let variable = |name: &str, value: String| (name.to_owned(), value);
    let environment = vec![
        variable("_HANDLER", folder.handler().to_owned()),
        variable("LAMBDA_TASK_ROOT", path.display().to_string()),
        variable("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ];
    let mark = mark(&path);
    Ok(Program { binary, arguments, folder: Some(path), environment, mark })
}

/// A program of ours as a file.
fn written(workspace: &Workspace, (name, text): (&str, &str)) -> Result<PathBuf, String> {
    let write = || -> io::Result<PathBuf> {
        let folder = workspace.target().join("dev").join("runtimes");
        fs::create_dir_all(&folder)?;
        let file = folder.join(name);
        if fs::read_to_string(&file).ok().as_deref() != Some(text) {
            fs::write(&file, text)?;
        }
        Ok(file)
    };
    write().map_err(|error| format!("what runs it cannot be written: {error}"))
}

/// What differs whenever a file in a folder does.
fn mark(folder: &Path) -> String {
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    let of = |entry: walkdir::DirEntry| {
        let metadata = entry.metadata().ok()?;
        let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(format!("{} {} {};", entry.path().display(), time.as_nanos(), metadata.len()))
    };
    files.filter_map(of).collect()
}

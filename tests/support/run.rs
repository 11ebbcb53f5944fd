//! The examples as processes, and folders for them to write into.

use crate::python::root;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// An example, built if need be, to be run in a folder; as if by a shell whose user has no wishes
/// about colours.
///
/// # Panics
/// If the examples cannot be built, or there is none of that name.
pub fn example(name: &str, folder: &Folder) -> Command {
    let mut command = Command::new(&examples()[name]);
    command.current_dir(folder.path());
    for wish in ["CLICOLOR", "CLICOLOR_FORCE", "NO_COLOR"] {
        command.env_remove(wish);
    }
    command
}

fn examples() -> &'static BTreeMap<String, PathBuf> {
    static EXAMPLES: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    EXAMPLES.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--package", "serverless-networks", "--examples"])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        built
            .stdout
            .split(|&byte| byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
            .filter(|message| message["target"]["kind"][0] == "example")
            .filter_map(|message| {
                let name = message["target"]["name"].as_str()?.to_owned();
                Some((name, message["executable"].as_str()?.into()))
            })
            .collect()
    })
}

/// A folder of a test's own, gone with it.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new one, empty, inside the workspace's target directory.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = root().join(format!("target/tmp/net-tests/{}-{number}", process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        Folder(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Everything inside: a file with its bytes, a folder with `None`.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn contents(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut contents = BTreeMap::new();
        let mut open = vec![self.0.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).expect("the folder can be read") {
                let path = entry.expect("the folder can be read").path();
                let inside = path.strip_prefix(&self.0).unwrap_or(&path).to_owned();
                if path.is_dir() {
                    contents.insert(inside, None);
                    open.push(path);
                } else {
                    contents.insert(inside, Some(fs::read(&path).expect("a file can be read")));
                }
            }
        }
        contents
    }
}

impl Default for Folder {
    fn default() -> Self {
        Folder::new()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind is in nobody's way.
        let _ = fs::remove_dir_all(&self.0);
    }
}

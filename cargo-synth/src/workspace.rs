//! Which package has which binary, as cargo's metadata says.

use crate::{
    error::{Error, Result},
    folder::Function,
    progress::Progress,
};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId, TargetKind};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

/// Cargo itself, the same that called us if one did.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The workspace of the program that declares the network.
pub(crate) struct Workspace {
    metadata: Metadata,
}

/// A binary of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Binary {
    pub(crate) name: String,
    pub(crate) package: String,
    id: PackageId,
    /// The features it asks for.
    pub(crate) features: Vec<String>,
}

impl Workspace {
    pub(crate) fn load(manifest_path: Option<&Path>) -> Result<Workspace> {
        let mut command = MetadataCommand::new();
        command.cargo_path(cargo().get_program());
        if let Some(path) = manifest_path {
            command.manifest_path(path);
        }
        let _progress = Progress::start("reading the workspace; crates may have to be downloaded");
        let metadata = command.exec().map_err(|error| {
            Error::new("cargo does not know this workspace")
                .why(error.to_string())
                .help("call synth inside a cargo workspace, or with `--manifest-path PATH`")
        })?;
        Ok(Workspace { metadata })
    }

    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Where cargo keeps what it makes.
    pub(crate) fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The folders of its packages, and of those beside it that they depend on.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        let local = self.metadata.packages.iter().filter(|package| package.source.is_none());
        local.filter_map(|package| Some(package.manifest_path.parent()?.as_std_path()))
    }

    /// The folder of a network's files.
    pub(crate) fn synthesised(&self, name: &str) -> PathBuf {
        self.target().join("synth").join(name)
    }

    /// Where `synth dev` keeps the data of a network.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.target().join("dev").join("data").join(name)
    }

    /// Where cargo keeps what it builds for `synth dev`: apart, so that neither waits for the other.
    pub(crate) fn built_for_dev(&self) -> PathBuf {
        self.target().join("dev").join("build")
    }

    /// A new folder for files that nobody needs for long.
    pub(crate) fn scratch(&self) -> Result<Scratch> {
        let parent = self.target().join("synth");
        let made = fs::create_dir_all(&parent).and_then(|()| {
            let mut number = 0;
            loop {
                // Not by its name alone: where processes are few, their ids come again.
                let folder = parent.join(format!(".{}-{number}", std::process::id()));
                match fs::create_dir(&folder) {
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                    made => return made.map(|()| Scratch(folder)),
                }
            }
        });
        made.map_err(|error| Error::file(&parent, "written", &error))
    }

    /// The binaries of these names.
    pub(crate) fn binaries(
        &self,
        names: &BTreeSet<String>,
        functions: &[Function],
    ) -> Result<Vec<Binary>> {
        let mut known: BTreeMap<&str, Vec<Binary>> = BTreeMap::new();
        for package in self.metadata.workspace_packages() {
            for target in &package.targets {
                if target.kind.contains(&TargetKind::Bin) {
                    known.entry(&target.name).or_default().push(Binary {
                        name: target.name.clone(),
                        package: package.name.to_string(),
                        id: package.id.clone(),
                        features: target.required_features.clone(),
                    });
                }
            }
        }
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for name in names {
            match known.get(name.as_str()).map(Vec::as_slice) {
                Some([binary]) => found.push(binary.clone()),
                Some(several @ [one, other, ..]) => {
                    let packages: Vec<_> = several.iter().map(|b| b.package.as_str()).collect();
                    return Err(Error::new(format!(
                        "{} packages have a binary `{name}`: {}",
                        several.len(),
                        packages.join(", ")
                    ))
                    .why("a function's code is found by its binary's name alone")
                    .help(format!("rename it in `{}` or in `{}`", one.package, other.package)));
                }
                _ => missing.push(name),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let lines: Vec<_> = missing
            .iter()
            .map(|name| {
                let users: Vec<_> = functions
                    .iter()
                    .filter(|function| function.binary() == Some(name.as_str()))
                    .map(|function| format!("`{}`", function.entity))
                    .collect();
                format!("`{name}`, the code of {}", users.join(" and "))
            })
            .collect();
        let mut error =
            Error::new(format!("no package of the workspace has {}", lines.join(", nor ")))
                .why(format!("the workspace is {}", self.root().display()));
        for name in &missing {
            let near = known.keys().map(|other| (strsim::damerau_levenshtein(name, other), other));
            if let Some((_, other)) = near.min().filter(|(distance, _)| *distance <= 2) {
                error = error.help(format!("did you mean `{other}`?"));
            }
        }
        Err(error.help(format!(
            "add `src/bin/{}.rs` to a package of the workspace; its `main` is \
                 `net_runtime::run::<Contract>(handler).await`",
            missing[0]
        )))
    }

    /// Whether building these binaries compiles C.
    pub(crate) fn needs_c(&self, binaries: &[Binary]) -> bool {
        let Some(resolve) = &self.metadata.resolve else { return false };
        let nodes: HashMap<&PackageId, _> =
            resolve.nodes.iter().map(|node| (&node.id, node)).collect();
        let mut open: Vec<&PackageId> = binaries.iter().map(|binary| &binary.id).collect();
        let mut seen: HashSet<&PackageId> = HashSet::new();
        while let Some(id) = open.pop() {
            let Some(node) = nodes.get(id).filter(|_| seen.insert(id)) else { continue };
            open.extend(
                node.deps
                    .iter()
                    .filter(|dependency| {
                        dependency.dep_kinds.iter().any(|k| k.kind != DependencyKind::Development)
                    })
                    .map(|dependency| &dependency.pkg),
            );
        }
        self.metadata
            .packages
            .iter()
            .any(|package| package.name == "cc" && seen.contains(&package.id))
    }

    /// What a compiled target's package is called, and whether it is the workspace's own.
    pub(crate) fn package(&self, id: &PackageId) -> Option<(&str, bool)> {
        let package = self.metadata.packages.iter().find(|package| &package.id == id)?;
        Some((package.name.as_str(), self.metadata.workspace_members.contains(id)))
    }

    /// Whether the workspace says how packages are compiled.
    pub(crate) fn has_profile(&self, name: &str) -> bool {
        let manifest = self.root().join("Cargo.toml");
        fs::read_to_string(manifest).is_ok_and(|text| says_profile(&text, name))
    }
}

fn says_profile(manifest: &str, name: &str) -> bool {
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    manifest.get("profile").is_some_and(|profiles| profiles.get(name).is_some())
}

/// A folder that goes when it is no longer needed.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind is in nobody's way.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::says_profile;

    #[test]
    fn a_profile_is_said_in_whatever_way_toml_has() {
        for manifest in [
            "[profile.lambda]\ninherits = \"release\"",
            "[profile.lambda] # small",
            "[ profile.\"lambda\" ]",
            "[profile]\nlambda = { inherits = \"release\" }",
            "profile.lambda.inherits = \"release\"",
        ] {
            assert!(says_profile(manifest, "lambda"), "{manifest}");
        }
        for manifest in ["", "[profile.release]", "# [profile.lambda]", "[profile.lambda"] {
            assert!(!says_profile(manifest, "lambda"), "{manifest}");
        }
    }
}

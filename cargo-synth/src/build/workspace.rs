//! Which package has which binary, as cargo's metadata says.

use crate::{
    error::{Error, Result},
    folder::Function,
    program,
    progress::Progress,
};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId, TargetKind};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

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
        command.cargo_path(program::cargo().get_program());
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

    /// The packages that cargo means: of this name, or where none is named.
    pub(crate) fn packages(&self, name: Option<&str>) -> Result<Vec<&Package>> {
        let Some(name) = name else { return Ok(self.metadata.workspace_default_packages()) };
        let members = self.metadata.workspace_packages();
        let is_it = |package: &&&Package| package.name == name.split('@').next().unwrap_or(name);
        let found: Vec<&Package> = members.iter().filter(is_it).copied().collect();
        if found.is_empty() {
            let names: Vec<_> = members.iter().map(|member| format!("`{}`", member.name)).collect();
            return Err(Error::new(format!("the workspace has no package `{name}`"))
                .why(format!("the workspace is {}", self.root().display()))
                .help(format!("it has {}", names.join(", "))));
        }
        Ok(found)
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

    /// A folder for files that nobody needs for long.
    pub(crate) fn scratch(&self) -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let scratch = self.synthesised(&format!(".{}-{number}", std::process::id()));
        if number == 0 {
            // Of those who were interrupted, and of whoever is still at it after a day.
            sweep(scratch.parent().unwrap_or(&scratch));
        }
        Scratch(scratch)
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
        Err(Error::new(format!("no package of the workspace has {}", lines.join(", nor ")))
            .why(format!("the workspace is {}", self.root().display()))
            .help(format!(
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

/// Removes the scratch folders of a day ago.
fn sweep(folder: &Path) {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|metadata| metadata.modified());
        let is_old = age.is_ok_and(|then| then.elapsed().is_ok_and(|age| age > DAY));
        if is_old && entry.file_name().as_encoded_bytes().starts_with(b".") {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
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

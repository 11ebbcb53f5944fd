//! `synth build`: the packages that a network's functions need.
//!
//! All binaries of one processor are built by one run of cargo, so that what they share is compiled
//! once. Code in a folder is packaged as it is.

mod compile;
mod folder;
mod package;
mod secrets;
mod toolchain;

use compile::How;
pub(crate) use folder::LEFT_OUT;
pub(crate) use package::{Package, hash, tidy};

use crate::{
    error::{Error, Result},
    folder::{Function, Processor},
    program::Program,
    progress::{self, Progress, count},
};
use net_dsl::FunctionCode;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// Function and key of its package: what the program is told.
pub(crate) const PACKAGES: &str = "packages.json";

/// What was built, and where it lies.
pub(crate) struct Built {
    /// The network's name.
    pub(crate) name: String,
    /// What the network's check said.
    pub(crate) said: String,
    pub(crate) folder: PathBuf,
    /// Each package once, in order of name.
    pub(crate) packages: Vec<Package>,
}

/// Builds the packages of a program's functions into a folder: `out`, or `target/synth/NAME`.
pub(crate) fn build(program: &mut Program, out: Option<&Path>) -> Result<Built> {
    let said = program.check()?;
    let is_quiet = program.is_quiet();
    let Program { name, functions, workspace, template, .. } = &*program;
    if let Some(template) = template {
        template.fits(functions.len())?;
    }
    let folder = out.map_or_else(|| workspace.synthesised(name), Path::to_owned);
    let binaries = by_processor(functions);

    // What is missing is said before anything is compiled.
    let mut folders: BTreeMap<&str, Package> = BTreeMap::new();
    for function in functions {
        if let FunctionCode::Folder(folder) = &function.code {
            let package = folder::package(workspace.root(), function, folder)?;
            folders.insert(&function.entity, package);
        }
    }
    let mut runs = Vec::new();
    for (processor, names) in &binaries {
        let found = workspace.binaries(names, functions)?;
        let toolchain = toolchain::find(*processor, workspace.needs_c(&found))?;
        runs.push((*processor, found, toolchain));
    }
    let mut built: BTreeMap<(Processor, String), Package> = BTreeMap::new();
    for (processor, found, toolchain) in runs {
        let how = How::for_lambda(workspace, &toolchain, program.profile());
        for (binary, executable) in compile::compile(workspace, &found, &how, is_quiet)? {
            let package = Package::of_binary(&binary, &executable)?;
            built.insert((processor, binary), package);
        }
    }

    let of = |function: &Function| match &function.code {
        FunctionCode::Folder(_) => folders.get(function.entity.as_str()),
        FunctionCode::Binary(binary) => built.get(&(function.processor, binary.name().to_owned())),
    };
    let mut keys = BTreeMap::new();
    for function in functions {
        let package = of(function).ok_or_else(|| {
            Error::new(format!("cargo built no binary for `{}`", function.entity))
        })?;
        keys.insert(function.entity.as_str(), package.key.as_str());
    }
    package::write(&folder, built.values().chain(folders.values()), &keys)?;
    let packages = built.into_values().chain(folders.into_values());
    let packages: BTreeMap<_, _> = packages.map(|package| (package.key.clone(), package)).collect();
    let packages = packages.into_values().collect();
    Ok(Built { name: name.clone(), said, folder, packages })
}

/// Builds the binaries of a program's functions for this machine, apart from what cargo builds otherwise:
/// each one's path, by name.
pub(crate) fn build_here(
    program: &Program,
    folder: &Path,
    release: bool,
) -> Result<BTreeMap<String, PathBuf>> {
    let names: BTreeSet<String> =
        program.functions.iter().filter_map(Function::binary).map(str::to_owned).collect();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = program.workspace.binaries(&names, &program.functions)?;
    let how = How::for_this_machine(folder, release);
    compile::compile(&program.workspace, &found, &how, program.is_quiet())
}

/// The folders that are functions' code, whether there is anything in them or not.
pub(crate) fn sources(program: &Program) -> Vec<PathBuf> {
    let folder = |function: &Function| match &function.code {
        FunctionCode::Folder(folder) => Some(program.workspace.root().join(folder.path())),
        FunctionCode::Binary(_) => None,
    };
    program.functions.iter().filter_map(folder).collect()
}

/// What the packages weigh, as lines.
pub(crate) fn report(built: &Built, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    for package in &built.packages {
        let path = built.folder.join(&package.key);
        writeln!(out, "  {:>8}  {}", progress::size(package.zip.len() as u64), path.display())?;
    }
    if built.packages.is_empty() {
        writeln!(out, "{} has no functions", built.name)?;
    }
    Ok(())
}

fn by_processor(functions: &[Function]) -> BTreeMap<Processor, BTreeSet<String>> {
    let mut binaries: BTreeMap<Processor, BTreeSet<String>> = BTreeMap::new();
    for function in functions {
        if let Some(binary) = function.binary() {
            binaries.entry(function.processor).or_default().insert(binary.to_owned());
        }
    }
    binaries
}

/// Without more: builds, and says what came of it.
pub(crate) fn run(program: &mut Program, out: Option<&Path>) -> Result<Built> {
    let start = Progress::start("building");
    let built = build(program, out)?;
    if !program.is_quiet() {
        let packages = count(built.packages.len(), "package");
        start.done("Packaged", &format!("{packages} in {}", progress::duration(start.elapsed())));
    }
    Ok(built)
}

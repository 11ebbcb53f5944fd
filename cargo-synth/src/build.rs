//! `synth build`: the packages that a network's functions need.
//!
//! All binaries of one processor are built by one run of cargo, so that what they share is compiled
//! once.

mod compile;
mod package;
mod toolchain;
mod workspace;

pub(crate) use package::{Package, hash, tidy};
pub(crate) use workspace::Workspace;

use crate::{
    error::{Error, Result},
    folder::{Function, Processor, Template},
    program::Program,
    progress::{self, Progress, count},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// The profile that packages are built with.
const PROFILE: &str = "lambda";
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
pub(crate) fn build(program: &Program, out: Option<&Path>) -> Result<Built> {
    let said = program.check()?;
    let workspace = Workspace::load(program.manifest_path.as_deref())?;
    let (name, functions) = functions(program, &workspace)?;
    let folder = out.map_or_else(|| workspace.synthesised(&name), Path::to_owned);
    let binaries = by_processor(&functions);

    // What is missing is said before anything is compiled.
    let mut runs = Vec::new();
    for (processor, names) in &binaries {
        let found = workspace.binaries(names, &functions)?;
        let toolchain = toolchain::find(*processor, workspace.needs_c(&found))?;
        runs.push((*processor, found, toolchain));
    }
    let mut packages: BTreeMap<(Processor, String), Package> = BTreeMap::new();
    for (processor, found, toolchain) in runs {
        for (binary, executable) in
            compile::compile(&workspace, &found, &toolchain, program.is_quiet())?
        {
            let package = Package::of(&binary, &executable)?;
            packages.insert((processor, binary), package);
        }
    }

    let of = |function: &Function| {
        packages
            .get(&(function.processor, function.binary.clone()))
            .ok_or_else(|| Error::new(format!("cargo built no binary `{}`", function.binary)))
    };
    let keys = functions
        .iter()
        .map(|function| Ok((function.entity.as_str(), of(function)?.key.as_str())))
        .collect::<Result<BTreeMap<_, _>>>()?;
    package::write(&folder, packages.values(), &keys)?;
    let packages: Vec<Package> = packages.into_values().collect();
    Ok(Built { name, said, folder, packages })
}

/// What the packages weigh, as lines.
pub(crate) fn report(built: &Built, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    for package in &built.packages {
        let path = built.folder.join(&package.key);
        writeln!(out, "  {:>8}  {}", progress::size(package.zip.len() as u64), path.display())?;
    }
    if built.packages.is_empty() {
        writeln!(out, "{} has no functions that are built from binaries", built.name)?;
    }
    Ok(())
}

/// The network's name, and the functions of its template.
fn functions(program: &Program, workspace: &Workspace) -> Result<(String, Vec<Function>)> {
    let scratch = workspace.scratch();
    let written = program.synthesise(scratch.path(), None)?;
    let functions = Template::read(scratch.path())?.functions();
    Ok((written.name, functions))
}

fn by_processor(functions: &[Function]) -> BTreeMap<Processor, BTreeSet<String>> {
    let mut binaries: BTreeMap<Processor, BTreeSet<String>> = BTreeMap::new();
    for function in functions {
        binaries.entry(function.processor).or_default().insert(function.binary.clone());
    }
    binaries
}

/// Without more: builds, and says what came of it.
pub(crate) fn run(program: &Program, out: Option<&Path>) -> Result<Built> {
    let start = Progress::start("building");
    let built = build(program, out)?;
    if !program.is_quiet() {
        let packages = count(built.packages.len(), "package");
        start.done("Packaged", &format!("{packages} in {}", progress::duration(start.elapsed())));
    }
    Ok(built)
}

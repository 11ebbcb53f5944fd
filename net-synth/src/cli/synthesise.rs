//! Without a command: the network's files, if it has no errors.

use super::{FAILED, SUCCEEDED, check::summary, count, fail};
use crate::{
    Plan, check, emit, output,
    plan::{function::CODE_BUCKET, types},
    report,
};
use anstyle::Style;
use net_dsl::{Architecture, Graph, Kind, Name, Network, check::Finding, text};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

/// Function and key of its package.
pub(super) type Packages = BTreeMap<String, String>;

/// What the network leaves open.
pub(super) struct Choices {
    pub(super) packages: Packages,
    /// The processor of every function.
    pub(super) architecture: Option<Architecture>,
}

pub(super) fn read_packages(file: &Path) -> Result<Packages, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("`{}` could not be read: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| {
        format!("`{}` is not a JSON object of functions and keys: {error}", file.display())
    })
}

pub(super) fn run(
    name: &Name,
    network: &Network,
    choices: &Choices,
    folder: &Path,
    json: bool,
    out: &mut dyn io::Write,
    err: &mut dyn io::Write,
) -> io::Result<u8> {
    let graph = Graph::new(network);
    let keys = choices.packages.iter().map(|(function, key)| (function.as_str(), key.as_str()));
    let (plan, unknown) = Plan::new(name, &graph).with_packages(keys);
    let plan = match choices.architecture {
        Some(architecture) => plan.with_architecture(architecture),
        None => plan,
    };
    if let Some(unknown) = unknown.first() {
        fail(err, &format!("{name} has no function `{unknown}`, and a package was given for it"))?;
        return Ok(FAILED);
    }
    let findings = check::check(&plan, &graph);
    if !json {
        err.write_all(report::render(&findings).as_bytes())?;
    }
    let files = if findings.iter().any(Finding::is_fatal) {
        fail(err, &format!("{name} has {}; nothing was written", summary(&findings)))?;
        Vec::new()
    } else {
        vec![
            File::new("template.json", "CloudFormation template", emit::cloudformation(&plan)),
            File::new("main.tf.json", "Terraform configuration", emit::terraform(&plan)),
            File::new("network.json", "the network itself, for tools", network.to_json()),
            File::new("network.svg", "diagram, for browsers", emit::svg(network)),
            File::new("network.mmd", "diagram, Mermaid", emit::mermaid(network)),
            File::new("network.dot", "diagram, Graphviz", emit::dot(network)),
        ]
    };
    let texts: Vec<_> = files.iter().map(|file| (file.name, file.text.as_str())).collect();
    if let Err(error) = write(folder, &texts) {
        let folder = folder.display();
        fail(err, &format!("`{folder}` could not be written: {error}; nothing there has changed"))?;
        return Ok(FAILED);
    }
    let facts = Summary::new(name, network, &graph, &plan, &findings, folder, &files);
    if json {
        writeln!(out, "{}", text::json(&facts)?)?;
    } else if !files.is_empty() {
        facts.write(&plan, &files, out)?;
    }
    Ok(if files.is_empty() { FAILED } else { SUCCEEDED })
}

/// Where there is nothing to write, not even the folder is made.
fn write(folder: &Path, files: &[(&str, &str)]) -> io::Result<()> {
    if files.is_empty() { Ok(()) } else { output::write(folder, files) }
}

struct File {
    name: &'static str,
    what: &'static str,
    text: String,
}

impl File {
    fn new(name: &'static str, what: &'static str, text: String) -> File {
        File { name, what, text }
    }
}

/// What was done, for people and for machines.
#[derive(Serialize)]
struct Summary<'a> {
    name: &'a str,
    bricks: Vec<Brick<'a>>,
    entities: Vec<Count>,
    resources: Vec<Count>,
    findings: &'a [Finding],
    files: Vec<String>,
    #[serde(skip)]
    folder: &'a Path,
}

#[derive(Serialize)]
struct Brick<'a> {
    name: String,
    /// The entities that no other brick declares.
    own: Vec<&'a str>,
    /// The entities it shares with other bricks.
    shared: Vec<&'a str>,
}

#[derive(Serialize)]
struct Count {
    what: String,
    count: usize,
}

impl<'a> Summary<'a> {
    fn new(
        name: &'a Name,
        network: &'a Network,
        graph: &Graph<'a>,
        plan: &Plan<'_>,
        findings: &'a [Finding],
        folder: &'a Path,
        files: &[File],
    ) -> Summary<'a> {
        let bricks = network.bricks().into_iter().map(|brick| {
            let declared = graph.nodes().iter().filter(|node| node.facts.bricks().contains(&brick));
            let (own, shared): (Vec<_>, Vec<_>) =
                declared.partition(|node| node.facts.bricks().len() == 1);
            let names = |nodes: Vec<&net_dsl::GraphNode<'a>>| {
                nodes.into_iter().map(|node| node.id.as_str()).collect()
            };
            Brick { name: brick.to_string(), own: names(own), shared: names(shared) }
        });
        let kinds: Vec<Kind> = graph.nodes().iter().filter_map(|node| node.kind).collect();
        let resources = plan.resources.iter().map(|resource| types::word(&resource.resource_type));
        Summary {
            name: name.id().as_str(),
            bricks: bricks.collect(),
            entities: tally(kinds.iter().map(|kind| kind.descriptor().word)),
            resources: tally(resources),
            findings,
            files: files.iter().map(|file| folder.join(file.name).display().to_string()).collect(),
            folder,
        }
    }

    fn write(&self, plan: &Plan<'_>, files: &[File], out: &mut dyn io::Write) -> io::Result<()> {
        let bold = Style::new().bold();
        let entities = self.entities.iter().map(|entry| entry.count).sum();
        writeln!(
            out,
            "{bold}{}{bold:#}: {}, {}, {}",
            self.name,
            count(self.bricks.len(), "brick"),
            count(entities, "entity"),
            count(plan.resources.len(), "resource"),
        )?;
        writeln!(out)?;
        let width = self.bricks.iter().map(|brick| brick.name.len()).max().unwrap_or(0).max(9);
        for brick in &self.bricks {
            let own = brick.own.join(", ");
            let shared = match brick.shared.as_slice() {
                [] => String::new(),
                shared if own.is_empty() => format!("shares {}", shared.join(", ")),
                shared => format!("; shares {}", shared.join(", ")),
            };
            writeln!(out, "  {bold}{:width$}{bold:#}  {own}{shared}", brick.name)?;
        }
        if !self.bricks.is_empty() {
            writeln!(out)?;
        }
        writeln!(out, "  {:width$}  {}", "entities", list(&self.entities))?;
        writeln!(out, "  {:width$}  {}", "resources", list(&self.resources))?;
        write!(out, "  {:width$}  {}", "findings", summary(self.findings))?;
        match self.findings.first() {
            Some(finding) => writeln!(out, "; `explain {}` says more", finding.rule.code)?,
            None => writeln!(out)?,
        }
        writeln!(out)?;
        let paths: Vec<_> = files.iter().map(|file| self.folder.join(file.name)).collect();
        let width = paths.iter().map(|path| path.display().to_string().len()).max().unwrap_or(0);
        for (file, path) in files.iter().zip(&paths) {
            let size = size(file.text.len());
            writeln!(out, "  {:width$}  {size:>7}  {}", path.display(), file.what)?;
        }
        writeln!(out)?;
        self.write_next_steps(plan, out)
    }

    fn write_next_steps(&self, plan: &Plan<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let bold = Style::new().bold();
        let template = self.folder.join("template.json");
        let diagram = self.folder.join("network.svg");
        writeln!(out, "{bold}What to do next{bold:#}")?;
        writeln!(out, "  See it: open {} in a browser", diagram.display())?;
        let required = plan.parameters.iter().filter(|parameter| parameter.default.is_none());
        let required: Vec<&str> = required.map(|parameter| parameter.id.as_str()).collect();
        writeln!(out, "  Deploy it, with the program named as for `cargo run` (docs/synth.md):")?;
        write!(out, "    synth deploy")?;
        for parameter in required.iter().filter(|parameter| **parameter != CODE_BUCKET) {
            write!(out, " \\\n      --parameter {parameter}=…")?;
        }
        writeln!(out)?;
        let packages: BTreeSet<&str> = plan.packages().collect();
        match packages.into_iter().collect::<Vec<_>>().as_slice() {
            [] => writeln!(out, "  Or by AWS's own means:")?,
            packages => writeln!(
                out,
                "  Or by AWS's own means, with {} in an S3 bucket:",
                packages.join(", ")
            )?,
        }
        write!(
            out,
            "    aws cloudformation deploy --stack-name {} --template-file {}",
            plan.name,
            quoted(&template)
        )?;
        if plan.of_type(types::ROLE).next().is_some() {
            write!(out, " \\\n      --capabilities CAPABILITY_IAM")?;
        }
        if !required.is_empty() {
            write!(out, " \\\n      --parameter-overrides")?;
        }
        for parameter in required {
            write!(out, " {parameter}=…")?;
        }
        writeln!(out)?;
        let folder = quoted(self.folder);
        if !emit::refusals(plan).is_empty() {
            return writeln!(
                out,
                "  Not with Terraform, which refuses main.tf.json: `check --terraform` says why"
            );
        }
        writeln!(out, "  Or with Terraform, the packages beside main.tf.json:")?;
        writeln!(out, "    terraform -chdir={folder} init && terraform -chdir={folder} apply")
    }
}

/// A path as a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter)) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn tally<'a>(kinds: impl Iterator<Item = &'a str>) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    for kind in kinds {
        match counts.iter_mut().find(|entry| entry.what == kind) {
            Some(entry) => entry.count += 1,
            None => counts.push(Count { what: kind.to_owned(), count: 1 }),
        }
    }
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
    counts
}

fn list(counts: &[Count]) -> String {
    let parts: Vec<_> = counts.iter().map(|entry| count(entry.count, &entry.what)).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}

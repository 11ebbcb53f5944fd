//! Terraform configurations, read: what they say, whether the provider would take it, and Terraform
//! itself where it is installed.

use crate::python::{self, root};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

/// What the provider takes: `tests/terraform/schema.json`.
///
/// # Panics
/// If the file cannot be read.
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let path = root().join("tests/terraform/schema.json");
        let text = fs::read_to_string(path).expect("the schema can be read");
        let whole: Value = serde_json::from_str(&text).expect("the schema is JSON");
        whole["provider_schemas"]["registry.terraform.io/hashicorp/aws"].clone()
    })
}

/// Everything in a configuration that Terraform would refuse: names, types, what is missing, references
/// that lead nowhere or in a circle.
pub fn faults(configuration: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (section, schemas) in [("resource", "resource_schemas"), ("data", "data_source_schemas")] {
        for (kind, id, block) in blocks(configuration, section) {
            let place = format!("{kind}.{id}");
            match schema()[schemas].get(kind) {
                Some(schema) => check_block(block, &schema["block"], &place, true, &mut faults),
                None => faults.push(format!("{place}: there is no such type")),
            }
        }
    }
    check_references(configuration, &mut faults);
    faults
}

/// The entries of `resource` or `data`: type, name, body.
pub fn blocks<'c>(
    configuration: &'c Value,
    section: &str,
) -> impl Iterator<Item = (&'c str, &'c str, &'c Value)> {
    entries(&configuration[section])
        .flat_map(|(kind, named)| entries(named).map(move |(id, block)| (kind, id, block)))
}

/// The entries of an object; nothing of anything else.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// What Terraform itself understands in every resource.
const META: [&str; 3] = ["//", "depends_on", "lifecycle"];

fn check_block(block: &Value, schema: &Value, place: &str, top: bool, faults: &mut Vec<String>) {
    if !block.is_object() {
        return faults.push(format!("{place}: not a block"));
    }
    for (name, value) in entries(block) {
        if top && META.contains(&name) {
            continue;
        }
        let place = format!("{place}.{name}");
        if let Some(attribute) = schema["attributes"].get(name) {
            if attribute["required"] != true && attribute["optional"] != true {
                faults.push(format!("{place}: cannot be set"));
            }
            if !fits(value, &attribute["type"]) {
                faults.push(format!("{place}: {value} is not {}", attribute["type"]));
            }
        } else if let Some(nested) = schema["block_types"].get(name) {
            let one = std::slice::from_ref(value);
            let many = value.as_array().map_or(one, Vec::as_slice);
            if nested["max_items"].as_u64().is_some_and(|most| many.len() as u64 > most) {
                faults.push(format!("{place}: too many"));
            }
            for block in many {
                check_block(block, &nested["block"], &place, false, faults);
            }
        } else {
            faults.push(format!("{place}: there is no such argument"));
        }
    }
    let required = entries(&schema["attributes"])
        .filter(|(_, attribute)| attribute["required"] == true)
        .chain(entries(&schema["block_types"]).filter(|(_, nested)| nested["min_items"] == 1));
    for (name, _) in required {
        if block.get(name).is_none() {
            faults.push(format!("{place}: {name} is missing"));
        }
    }
}

fn fits(value: &Value, kind: &Value) -> bool {
    let is_expression = value.as_str().is_some_and(|text| text.starts_with("${"));
    match kind.as_str() {
        Some("string") => value.is_string(),
        Some("number") => value.is_number() || is_expression,
        Some("bool") => value.is_boolean() || is_expression,
        _ if is_expression => true,
        _ => match (kind[0].as_str(), value) {
            (Some("map"), Value::Object(map)) => map.values().all(|value| fits(value, &kind[1])),
            (Some("list" | "set"), Value::Array(list)) => {
                list.iter().all(|value| fits(value, &kind[1]))
            }
            _ => false,
        },
    }
}

fn check_references(configuration: &Value, faults: &mut Vec<String>) {
    let mut nodes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut note = |node: String, value: &Value| {
        let found = references(value);
        for reference in &found {
            if !leads_somewhere(configuration, reference) {
                faults.push(format!("{node}: {reference} leads nowhere"));
            }
        }
        nodes.insert(node, found.iter().map(|reference| target(reference)).collect());
    };
    for (kind, id, block) in blocks(configuration, "resource") {
        note(format!("{kind}.{id}"), block);
    }
    for (name, value) in entries(&configuration["locals"]) {
        note(format!("local.{name}"), value);
    }
    for section in ["variable", "output"] {
        for (name, value) in entries(&configuration[section]) {
            note(format!("{section} {name}"), value);
        }
    }
    for start in nodes.keys() {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(node) = open.pop() {
            for next in nodes.get(node).into_iter().flatten() {
                if next == start {
                    faults.push(format!("{start}: refers to itself through {node}"));
                } else if seen.insert(next) {
                    open.push(next);
                }
            }
        }
    }
    let all: BTreeSet<&String> = nodes.values().flatten().collect();
    let declared = (entries(&configuration["variable"]).map(|(name, _)| format!("var.{name}")))
        .chain(entries(&configuration["locals"]).map(|(name, _)| format!("local.{name}")))
        .chain(blocks(configuration, "data").map(|(kind, id, _)| format!("data.{kind}.{id}")));
    // A variable's own validation does not count.
    let used_outside = |name: &String| {
        nodes.iter().any(|(node, found)| !node.starts_with("variable ") && found.contains(name))
    };
    for name in declared {
        if !all.contains(&name) || !used_outside(&name) {
            faults.push(format!("{name}: nothing uses it"));
        }
    }
}

/// What the expressions in a value refer to, as in `aws_sqs_queue.X.arn`.
fn references(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| *key != "//")
            .flat_map(|(key, value)| match value {
                Value::Array(list) if key == "depends_on" => {
                    list.iter().filter_map(|id| Some(id.as_str()?.to_owned())).collect()
                }
                value => references(value),
            })
            .collect(),
        Value::Array(list) => list.iter().flat_map(references).collect(),
        Value::String(text) => expressions(text)
            .into_iter()
            .flat_map(|expression| {
                expression
                    .split(|letter: char| !letter.is_ascii_alphanumeric() && !"._".contains(letter))
            })
            .filter(|word| {
                ["aws_", "data.", "local.", "var."].iter().any(|start| word.starts_with(start))
            })
            .map(str::to_owned)
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// What stands between `${` and its brace.
fn expressions(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, after) = (&rest[..start], &rest[start + 2..]);
        let mut depth = 1_u32;
        let end = after.find(|letter| {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let end = end.unwrap_or(after.len());
        if !before.ends_with('$') {
            found.push(&after[..end]);
        }
        rest = &after[end..];
    }
    found
}

/// The node of a reference: without the attribute.
fn target(reference: &str) -> String {
    let parts = if reference.starts_with("data.") { 3 } else { 2 };
    reference.split('.').take(parts).collect::<Vec<_>>().join(".")
}

fn leads_somewhere(configuration: &Value, reference: &str) -> bool {
    let parts: Vec<_> = reference.split('.').collect();
    let attribute = |schemas: &str, kind: &str, name: &str| {
        schema()[schemas][kind]["block"]["attributes"].get(name).is_some()
    };
    match parts[..] {
        ["var", name] => configuration["variable"].get(name).is_some(),
        ["local", name] => configuration["locals"].get(name).is_some(),
        ["data", kind, id, name] => {
            configuration["data"][kind].get(id).is_some()
                && attribute("data_source_schemas", kind, name)
        }
        [kind, id] => configuration["resource"][kind].get(id).is_some(),
        [kind, id, name] => {
            configuration["resource"][kind].get(id).is_some()
                && attribute("resource_schemas", kind, name)
        }
        _ => false,
    }
}

/// Terraform, where it is installed, with a provider that serves [`schema`] and makes nothing.
#[derive(Clone, Copy, Debug)]
pub struct Terraform {
    plugins: &'static Path,
}

impl Terraform {
    /// `None`, and a line on standard error, where Terraform or Python 3.11 is not installed.
    ///
    /// # Panics
    /// If Terraform is installed and the provider cannot be; in continuous integration (`CI=true`)
    /// also if Terraform is installed and Python is not.
    pub fn installed() -> Option<Terraform> {
        static PLUGINS: OnceLock<Option<PathBuf>> = OnceLock::new();
        let plugins = PLUGINS.get_or_init(|| {
            let version = Command::new("terraform").args(["version", "-json"]).output();
            let Some(version) = version.ok().filter(|output| output.status.success()) else {
                skipped("Terraform (https://developer.hashicorp.com/terraform/install)");
                return None;
            };
            let version: Value = serde_json::from_slice(&version.stdout).expect("JSON");
            let platform = version["platform"].as_str().expect("a platform");
            let python = python::bin()?;
            if !has_stub(python) {
                assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{STUB}");
                skipped(STUB);
                return None;
            }
            Some(install(python, platform))
        });
        plugins.as_deref().map(|plugins| Terraform { plugins })
    }

    /// Runs Terraform in a folder, which is initialised if it is new.
    ///
    /// # Panics
    /// If it cannot be run or initialised.
    pub fn run(&self, folder: &Path, arguments: &[&str]) -> Output {
        if !folder.join(".terraform").exists() {
            let plugins = format!("-plugin-dir={}", self.plugins.display());
            let output = self.command(folder, &["init", "-input=false", &plugins]);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        self.command(folder, arguments)
    }

    fn command(&self, folder: &Path, arguments: &[&str]) -> Output {
        Command::new("terraform")
            .args(arguments)
            .arg("-no-color")
            .current_dir(folder)
            // The user's own settings, and Terraform's question whether it is up to date.
            .env("TF_CLI_CONFIG_FILE", self.plugins.join("terraformrc"))
            .env("CHECKPOINT_DISABLE", "1")
            // Where the stub's library keeps a certificate.
            .env("HOME", folder)
            .output()
            .expect("Terraform runs")
    }
}

const STUB: &str = "Python 3.11 or newer, for the provider's stub";

fn skipped(needed: &str) {
    // Not `eprintln!`, which the test harness swallows when tests pass.
    let _ = writeln!(
        std::io::stderr(),
        "skipped: validating and planning with Terraform itself needs {needed}"
    );
}

fn has_stub(python: &Path) -> bool {
    let imported = Command::new(python.join("python")).args(["-c", "import tf.runner"]).output();
    imported.is_ok_and(|output| output.status.success())
}

/// Puts the stub where Terraform looks for the provider.
fn install(python: &Path, platform: &str) -> PathBuf {
    let whole = fs::read_to_string(root().join("tests/terraform/schema.json")).expect("a schema");
    let whole: Value = serde_json::from_str(&whole).expect("JSON");
    let version = whole["provider_version"].as_str().expect("a version");
    let plugins = root().join("target/terraform-plugins");
    let folder = plugins.join("registry.terraform.io/hashicorp/aws").join(version).join(platform);
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(plugins.join("terraformrc"), "").expect("a file can be written");
    let script = format!(
        "#!/bin/sh\nexec '{}' -B '{}'\n",
        python.join("python").display(),
        root().join("tools/terraform_provider.py").display()
    );
    let program = folder.join(format!("terraform-provider-aws_v{version}"));
    let beside = plugins.join(format!("stub.{}", std::process::id()));
    fs::write(&beside, script).expect("the stub can be written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    fs::rename(beside, program).expect("the stub can be put in place");
    plugins
}

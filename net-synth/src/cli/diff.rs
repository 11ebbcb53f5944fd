//! `diff`: what deploying the network would change.

use super::{FAILED, check::summary, fail};
use crate::{
    Plan, check,
    diff::{Diff, Stack},
    report,
};
use net_dsl::{Graph, Name, Network, check::Finding, text};
use std::{fs, io, path::Path};

pub(super) fn run(
    name: &Name,
    network: &Network,
    against: &Path,
    json: bool,
    out: &mut dyn io::Write,
    err: &mut dyn io::Write,
) -> io::Result<u8> {
    let file = against.display();
    let before = match fs::read_to_string(against).map_err(|error| error.to_string()) {
        Ok(text) => read(name, &text),
        Err(error) => Err(error),
    };
    let before = match before {
        Ok(before) => before,
        Err(error) => {
            fail(err, &format!("`{file}` could not be read: {error}"))?;
            return Ok(FAILED);
        }
    };
    let graph = Graph::new(network);
    let plan = Plan::new(name, &graph);
    let findings = check::check(&plan, &graph);
    if findings.iter().any(Finding::is_fatal) {
        err.write_all(report::render(&findings).as_bytes())?;
        fail(err, &format!("{name} has {}; nothing was compared", summary(&findings)))?;
        return Ok(FAILED);
    }
    let diff = Diff::new(&before, &Stack::of(&plan));
    if json {
        writeln!(out, "{}", text::json(&diff)?)?;
    } else if diff.is_empty() {
        writeln!(out, "{name}: no difference from `{file}`")?;
    } else {
        out.write_all(diff.render().as_bytes())?;
    }
    Ok(diff.exit_status())
}

/// A template, or what the network of a `network.json` would deploy.
fn read(name: &Name, text: &str) -> Result<Stack, String> {
    match Network::from_json(text) {
        Ok(network) => Ok(Stack::of(&Plan::new(name, &Graph::new(&network)))),
        Err(error) => Stack::read(text)
            .map_err(|other| if text.contains("\"format\"") { error.to_string() } else { other }),
    }
}

//! `check`: findings, and nothing written.

use super::{FAILED, SUCCEEDED, count};
use crate::{Plan, check, report};
use net_dsl::{
    Graph, Name,
    check::{Finding, Severity},
    text,
};
use std::io;

pub(super) fn run(
    name: &Name,
    graph: &Graph<'_>,
    terraform: bool,
    json: bool,
    out: &mut dyn io::Write,
) -> io::Result<u8> {
    let check = if terraform { check::check_for_terraform } else { check::check };
    let findings = check(&Plan::new(name, graph), graph);
    if json {
        writeln!(out, "{}", text::json(&findings)?)?;
    } else {
        out.write_all(report::render(&findings).as_bytes())?;
        writeln!(out, "{name}: {}", summary(&findings))?;
    }
    Ok(if findings.iter().any(Finding::is_fatal) { FAILED } else { SUCCEEDED })
}

/// `1 error, 2 warnings, 1 accepted`.
pub(super) fn summary(findings: &[Finding]) -> String {
    let of = |severity| {
        let matches =
            |finding: &&Finding| finding.accepted.is_none() && finding.rule.severity == severity;
        findings.iter().filter(matches).count()
    };
    let accepted = findings.iter().filter(|finding| finding.accepted.is_some()).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(count(errors, "error"));
    }
    if warnings > 0 {
        parts.push(count(warnings, "warning"));
    }
    if accepted > 0 {
        parts.push(format!("{accepted} accepted"));
    }
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

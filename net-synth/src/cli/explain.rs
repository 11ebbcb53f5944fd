//! `explain`: what a rule is about.

use super::{MISUSED, SUCCEEDED, fail};
use crate::check::{rule, rules};
use net_dsl::check::Severity;
use std::io;

pub(super) fn run(
    code: Option<&str>,
    out: &mut dyn io::Write,
    err: &mut dyn io::Write,
) -> io::Result<u8> {
    let Some(code) = code else {
        for rule in rules() {
            writeln!(out, "{}  {:<8} {}", rule.code, severity(rule.severity), rule.title)?;
        }
        return Ok(SUCCEEDED);
    };
    let Some(rule) = rule(code) else {
        fail(err, &format!("there is no rule {code}; `explain` without a code lists them"))?;
        return Ok(MISUSED);
    };
    writeln!(out, "{} ({}): {}\n", rule.code, severity(rule.severity), rule.title)?;
    out.write_all(readable(rule.explanation).as_bytes())?;
    Ok(SUCCEEDED)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Markdown for a terminal: code set in, without the lines that only rustdoc needs.
fn readable(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut in_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code && (line.starts_with("# ") || line == "#") {
            continue;
        }
        if in_code && !line.is_empty() {
            out.push_str("    ");
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

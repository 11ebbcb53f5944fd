//! Differences for people.

use super::{Diff, EntryChange, Held, PermissionChange, Replaced, ResourceChange, Sign, short};
use crate::plan::types::word;
use anstyle::{AnsiColor, Style};
use net_dsl::text::printable;
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

pub(super) fn render(diff: &Diff) -> String {
    let mut out = String::new();
    // Writing into a string does not fail.
    let _ = write(&mut out, diff);
    out
}

fn style(sign: Sign) -> Style {
    let colour = match sign {
        Sign::Added => AnsiColor::Green,
        Sign::Removed => AnsiColor::Red,
        Sign::Changed => AnsiColor::Yellow,
    };
    colour.on_default()
}

fn mark(sign: Sign) -> &'static str {
    match sign {
        Sign::Added => "+",
        Sign::Removed => "-",
        Sign::Changed => "~",
    }
}

fn write(out: &mut String, diff: &Diff) -> fmt::Result {
    let bold = Style::new().bold();
    let mut groups: BTreeMap<Vec<&str>, Vec<&ResourceChange>> = BTreeMap::new();
    for change in &diff.resources {
        let bricks = change.bricks.iter().map(String::as_str).collect();
        groups.entry(bricks).or_default().push(change);
    }
    for (bricks, changes) in &groups {
        write_brick(out, bricks, changes, &diff.permissions)?;
    }

    let ends: Vec<_> = diff.resources.iter().filter(|change| change.held.is_some()).collect();
    if !ends.is_empty() {
        let red = AnsiColor::BrightRed.on_default().bold();
        writeln!(out, "{red}What holds data and ends{red:#}")?;
        for change in ends {
            let how = match (change.sign, change.replaced) {
                (Sign::Removed, _) => "is removed",
                (_, Replaced::Unknown) => "may be replaced",
                _ => "is replaced",
            };
            let then = match change.held {
                Some(Held::Left) => {
                    "it is left behind with what it holds, outside the stack, and the network does \
                     not reach it"
                }
                Some(Held::Snapshot) => "a snapshot is left of what it holds",
                Some(Held::Lost) | None => "what it holds is lost",
            };
            writeln!(out, "  {red}!{red:#} {} {how}: {then}", printable(&change.id))?;
        }
        writeln!(out)?;
    }
    if diff.refused().next().is_some() {
        let red = AnsiColor::BrightRed.on_default().bold();
        writeln!(out, "{red}What AWS refuses{red:#}")?;
        for change in diff.refused() {
            let why = change.refused.as_deref().unwrap_or_default();
            writeln!(out, "  {red}!{red:#} {}: {}", printable(&change.id), printable(why))?;
        }
        writeln!(out)?;
    }
    if !diff.permissions.is_empty() {
        writeln!(out, "{bold}Permissions{bold:#}")?;
        for permission in &diff.permissions {
            write_permission(out, permission)?;
        }
        writeln!(out)?;
    }
    for (title, entries) in [("Parameters", &diff.parameters), ("Outputs", &diff.outputs)] {
        write_entries(out, title, entries)?;
    }
    let count = |sign| diff.resources.iter().filter(|change| change.sign == sign).count();
    writeln!(
        out,
        "{} added, {} changed, {} removed",
        count(Sign::Added),
        count(Sign::Changed),
        count(Sign::Removed)
    )
}

/// `+ polling-event-processor: 1 function, 1 schedule, 4 permissions`.
fn write_brick(
    out: &mut String,
    bricks: &[&str],
    changes: &[&ResourceChange],
    permissions: &[PermissionChange],
) -> fmt::Result {
    let first = changes.first().map(|change| change.sign);
    let sign = first
        .filter(|first| changes.iter().all(|change| change.sign == *first))
        .unwrap_or(Sign::Changed);
    let (style, bold) = (style(sign).bold(), Style::new().bold());
    let name = if bricks.is_empty() { "of no brick".to_owned() } else { bricks.join(", ") };
    let name = printable(&name);
    // What only lets others act is counted by what it allows.
    let of_policies = |kind: &str| matches!(kind, "role" | "permission" | "queue policy");
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let kinds = changes.iter().map(|change| word(&change.kind));
    for kind in kinds.filter(|kind| !of_policies(kind)) {
        match counts.iter_mut().find(|(found, _)| *found == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    counts.sort();
    let allowed = permissions
        .iter()
        .filter(|permission| changes.iter().any(|change| change.id == permission.resource))
        .count();
    if allowed > 0 {
        counts.push(("permission", allowed));
    }
    let counts: Vec<_> =
        counts.into_iter().map(|(kind, count)| crate::output::count(count, kind)).collect();
    writeln!(
        out,
        "{style}{}{style:#} {bold}{name}{bold:#}: {}",
        mark(sign),
        printable(&counts.join(", "))
    )?;
    for change in changes {
        write_resource(out, change)?;
    }
    writeln!(out)
}

fn write_resource(out: &mut String, change: &ResourceChange) -> fmt::Result {
    let style = style(change.sign);
    write!(out, "    {style}{}{style:#} {}", mark(change.sign), printable(&change.id))?;
    write!(out, "  {}", printable(word(&change.kind)))?;
    if let Some(entity) = &change.entity {
        write!(out, " of {}", printable(entity))?;
    }
    match change.replaced {
        _ if change.refused.is_some() => writeln!(out, ", refused by AWS")?,
        Replaced::Yes => writeln!(out, ", replaced")?,
        Replaced::Unknown => writeln!(out, ", may be replaced")?,
        Replaced::No => writeln!(out)?,
    }
    for property in &change.properties {
        let path = printable(&property.path);
        let replaces = if property.replaces { "  (replaces it)" } else { "" };
        let is_policy = ["Policies", "PolicyDocument", "AssumeRolePolicyDocument"]
            .iter()
            .any(|policy| property.path.starts_with(policy));
        if is_policy {
            writeln!(out, "        {path}: see the permissions below")?;
            continue;
        }
        let side = |value: &Option<serde_json::Value>| {
            value.as_ref().map_or_else(|| "(not set)".to_owned(), short)
        };
        let (before, after) = (side(&property.before), side(&property.after));
        let (before, after) = (printable(&before), printable(&after));
        writeln!(out, "        {path}: {before} → {after}{replaces}")?;
    }
    Ok(())
}

fn write_permission(out: &mut String, permission: &PermissionChange) -> fmt::Result {
    let style = style(permission.sign);
    write!(
        out,
        "  {style}{}{style:#} {} may {} on {}",
        mark(permission.sign),
        printable(&permission.who),
        printable(&permission.actions.join(", ")),
        printable(&permission.targets.join(", "))
    )?;
    match &permission.condition {
        Some(condition) => writeln!(out, " if {}", printable(condition)),
        None => writeln!(out),
    }
}

fn write_entries(out: &mut String, title: &str, entries: &[EntryChange]) -> fmt::Result {
    if entries.is_empty() {
        return Ok(());
    }
    let bold = Style::new().bold();
    writeln!(out, "{bold}{title}{bold:#}")?;
    for entry in entries {
        let style = style(entry.sign);
        writeln!(out, "  {style}{}{style:#} {}", mark(entry.sign), printable(&entry.id))?;
    }
    writeln!(out)
}

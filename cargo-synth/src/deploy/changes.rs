//! What a change set says, by entity.

use crate::{cloud::Cloud, folder::Template, progress::count};
use anstyle::{AnsiColor, Style};
use aws_sdk_cloudformation::types::{
    Change, ChangeAction, ChangeSource, EvaluationType, Replacement, ResourceChange,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The changes of a deployment.
pub(crate) struct Changes<'a> {
    by_entity: BTreeMap<String, Entity<'a>>,
    /// Resources that refer to one that changes, and are looked at for that alone.
    followers: BTreeSet<&'a str>,
}

#[derive(Default)]
struct Entity<'a> {
    bricks: BTreeSet<String>,
    changes: Vec<One<'a>>,
}

struct One<'a> {
    change: &'a ResourceChange,
    resource: &'a str,
    /// Whether what it holds goes with it.
    loses: bool,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(
        changes: &'a [Change],
        after: &Template,
        before: Option<&Template>,
    ) -> Changes<'a> {
        let mut by_entity: BTreeMap<String, Entity<'a>> = BTreeMap::new();
        let mut followers = BTreeSet::new();
        for change in changes.iter().filter_map(Change::resource_change) {
            let Some(resource) = change.logical_resource_id() else { continue };
            let provenance = after
                .provenance(resource)
                .or_else(|| before.and_then(|before| before.provenance(resource)));
            let loses = match change.action() {
                Some(ChangeAction::Remove) => before.is_some_and(|t| t.loses_removed(resource)),
                // Which side's policy an update goes by, AWS does not say.
                _ => {
                    let sides = [Some(after), before];
                    is_replaced(change)
                        && sides.into_iter().flatten().any(|t| t.loses_replaced(resource))
                }
            };
            if follows(change) && !loses {
                followers.insert(resource);
                continue;
            }
            let name = provenance.as_ref().map(|provenance| provenance.entity.to_owned());
            let entity = by_entity.entry(name.unwrap_or_default()).or_default();
            entity.changes.push(One { change, resource, loses });
            let bricks = provenance.map(|provenance| provenance.bricks).unwrap_or_default();
            entity.bricks.extend(bricks.into_iter().map(str::to_owned));
        }
        for entity in by_entity.values_mut() {
            entity.changes.sort_by_key(|one| one.resource);
        }
        Changes { by_entity, followers }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_entity.values().map(|entity| entity.changes.len()).sum()
    }

    /// The resources that an event may be about.
    pub(crate) fn resources(&self) -> BTreeSet<String> {
        let all = self.by_entity.values().flat_map(|entity| &entity.changes);
        let followers = self.followers.iter().map(|resource| (*resource).to_owned());
        all.map(|one| one.resource.to_owned()).chain(followers).collect()
    }

    /// The resources whose contents would be gone.
    pub(crate) fn lost(&self) -> Vec<&'a str> {
        let all = self.by_entity.values().flat_map(|entity| &entity.changes);
        all.filter(|one| one.loses).map(|one| one.resource).collect()
    }

    /// For people: `+` made, `~` changed, `±` replaced, `-` removed.
    pub(crate) fn show(&self, stack: &str, cloud: &Cloud) -> String {
        let (bold, red) = (Style::new().bold(), AnsiColor::BrightRed.on_default().bold());
        let mut text = format!(
            "\n{bold}{stack}{bold:#} in {}, account {}: {}\n",
            cloud.region,
            cloud.account,
            count(self.len(), "change")
        );
        for (name, Entity { bricks, changes }) in &self.by_entity {
            let bricks: Vec<_> = bricks.iter().map(String::as_str).collect();
            let _ = match bricks.join(", ").as_str() {
                "" => writeln!(text, "  {bold}{name}{bold:#}"),
                bricks => writeln!(text, "  {bold}{name}{bold:#} ({bricks})"),
            };
            for One { change, resource, loses } in changes {
                let (mark, style) = mark(change);
                let kind = change.resource_type().unwrap_or_default();
                let _ = write!(text, "    {style}{mark}{style:#} {resource}  {kind}");
                let properties: BTreeSet<&str> =
                    change.details().iter().filter_map(|detail| detail.target()?.name()).collect();
                if !properties.is_empty() {
                    let properties: Vec<_> = properties.into_iter().collect();
                    let _ = write!(text, "  {}", properties.join(", "));
                }
                if change.replacement() == Some(&Replacement::Conditional) {
                    text.push_str("  may be replaced");
                }
                if *loses {
                    let _ = write!(text, "  {red}what it holds is lost{red:#}");
                }
                text.push('\n');
            }
        }
        if !self.followers.is_empty() {
            let followers: Vec<_> = self.followers.iter().copied().collect();
            let _ = writeln!(text, "  and what refers to them: {}", followers.join(", "));
        }
        text
    }
}

/// Whether nothing is known to change but what it refers to.
fn follows(change: &ResourceChange) -> bool {
    let sources = [ChangeSource::ResourceAttribute, ChangeSource::ResourceReference];
    change.action() == Some(&ChangeAction::Modify)
        && !change.details().is_empty()
        && change.details().iter().all(|detail| {
            detail.evaluation() == Some(&EvaluationType::Dynamic)
                && detail.change_source().is_some_and(|source| sources.contains(source))
        })
}

/// Whether it is replaced, or may be: AWS knows only while it applies the change.
fn is_replaced(change: &ResourceChange) -> bool {
    matches!(change.replacement(), Some(Replacement::True | Replacement::Conditional))
}

fn mark(change: &ResourceChange) -> (char, Style) {
    let (mark, colour) = match change.action() {
        Some(ChangeAction::Add | ChangeAction::Import) => ('+', AnsiColor::Green),
        Some(ChangeAction::Remove) => ('-', AnsiColor::Red),
        _ if change.replacement() == Some(&Replacement::True) => ('±', AnsiColor::Red),
        _ => ('~', AnsiColor::Yellow),
    };
    (mark, colour.on_default())
}

//! What a change set says, by entity.

use crate::{cloud::Cloud, folder::Template, progress::count};
use anstyle::{AnsiColor, Style};
use aws_sdk_cloudformation::types::{
    Change, ChangeAction, ChangeSource, EvaluationType, PolicyAction, Replacement, ResourceChange,
};
use net_synth::diff::Held;
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
    /// What becomes of what it holds.
    held: Option<Held>,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(
        changes: &'a [Change],
        after: &Template,
        before: Option<&Template>,
    ) -> Changes<'a> {
        let mut by_entity: BTreeMap<String, Entity<'a>> = BTreeMap::new();
        let changes: Vec<_> = changes.iter().filter_map(Change::resource_change).collect();
        let followers = followers(&changes);
        for change in changes {
            let Some(resource) = change.logical_resource_id() else { continue };
            let provenance = after
                .provenance(resource)
                .or_else(|| before.and_then(|before| before.provenance(resource)));
            let held = held(change, resource, after, before);
            if followers.contains(resource) {
                continue;
            }
            let name = provenance.as_ref().map(|provenance| provenance.entity.to_owned());
            let entity = by_entity.entry(name.unwrap_or_default()).or_default();
            entity.changes.push(One { change, resource, held });
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
        self.held(|held| held == Held::Lost)
    }

    /// The resources whose contents would stay where the network does not reach them.
    pub(crate) fn left(&self) -> Vec<&'a str> {
        self.held(|held| matches!(held, Held::Left | Held::Snapshot))
    }

    fn held(&self, is_meant: impl Fn(Held) -> bool) -> Vec<&'a str> {
        let all = self.by_entity.values().flat_map(|entity| &entity.changes);
        all.filter(|one| one.held.is_some_and(&is_meant)).map(|one| one.resource).collect()
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
            for One { change, resource, held } in changes {
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
                if let Some(held) = held {
                    let _ = write!(text, "  {red}{}{red:#}", becomes(*held));
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

/// What becomes of what a resource holds, for people.
pub(crate) fn becomes(held: Held) -> &'static str {
    match held {
        Held::Lost => "what it holds is lost",
        Held::Snapshot => "a snapshot is left of what it holds",
        Held::Left => "it stays outside the stack with what it holds",
    }
}

/// What becomes of what a resource holds: as AWS says, and by the templates' policies where it does not.
fn held(
    change: &ResourceChange,
    resource: &str,
    after: &Template,
    before: Option<&Template>,
) -> Option<Held> {
    let kind = change.resource_type().unwrap_or_default();
    let is_removed = change.action() == Some(&ChangeAction::Remove);
    if !is_removed && !is_replaced(change) {
        return None;
    }
    let said = match change.policy_action() {
        Some(PolicyAction::Delete | PolicyAction::ReplaceAndDelete) => Some(Held::Lost),
        Some(PolicyAction::Snapshot | PolicyAction::ReplaceAndSnapshot) => Some(Held::Snapshot),
        Some(PolicyAction::Retain | PolicyAction::ReplaceAndRetain) => Some(Held::Left),
        // Nothing, or what this version of the SDK does not know.
        None | Some(_) => None,
    };
    let holder = before.unwrap_or(after);
    if let Some(held) = said {
        return holder.holds_data(resource, kind).then_some(held);
    }
    if is_removed {
        return holder.removed(resource, kind);
    }
    // Which side's policy an update goes by, AWS does not say: the worse one.
    [Some(after), before].into_iter().flatten().filter_map(|t| t.replaced(resource, kind)).min()
}

/// The resources of which nothing is known to change, and which refer only to others that stay: none
/// that is replaced, or may be.
fn followers<'a>(changes: &[&'a ResourceChange]) -> BTreeSet<&'a str> {
    let by_id = |change: &&'a ResourceChange| Some((change.logical_resource_id()?, *change));
    let (mut followers, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        changes.iter().filter_map(by_id).partition(|(_, change)| refers_alone(change));
    let mut replaced: BTreeSet<&str> = others
        .into_iter()
        .filter_map(|(resource, change)| is_replaced(change).then_some(resource))
        .collect();
    loop {
        let refers = |change: &ResourceChange| {
            causes(change).any(|cause| cause.is_none_or(|cause| replaced.contains(cause)))
        };
        let found = followers.iter().find(|(_, change)| refers(change));
        let Some((&resource, &change)) = found else {
            return followers.into_keys().collect();
        };
        followers.remove(resource);
        if is_replaced(change) {
            replaced.insert(resource);
        }
    }
}

/// Whether it is named for no more than what it refers to.
fn refers_alone(change: &ResourceChange) -> bool {
    let sources = [ChangeSource::ResourceAttribute, ChangeSource::ResourceReference];
    change.action() == Some(&ChangeAction::Modify)
        && !change.details().is_empty()
        && change.details().iter().all(|detail| {
            detail.evaluation() == Some(&EvaluationType::Dynamic)
                && detail.change_source().is_some_and(|source| sources.contains(source))
        })
}

/// The resources that it refers to: `CookFunction` of `CookFunction.Arn`.
fn causes(change: &ResourceChange) -> impl Iterator<Item = Option<&str>> {
    change.details().iter().map(|detail| detail.causing_entity()?.split('.').next())
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

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudformation::types::ResourceChangeDetail;

    fn change(resource: &str, replacement: Replacement, cause: Option<&str>) -> ResourceChange {
        let detail = match cause {
            None => ResourceChangeDetail::builder()
                .evaluation(EvaluationType::Static)
                .change_source(ChangeSource::DirectModification),
            Some(cause) => ResourceChangeDetail::builder()
                .evaluation(EvaluationType::Dynamic)
                .change_source(ChangeSource::ResourceAttribute)
                .causing_entity(format!("{cause}.Arn")),
        };
        ResourceChange::builder()
            .logical_resource_id(resource)
            .action(ChangeAction::Modify)
            .replacement(replacement)
            .details(detail.build())
            .build()
    }

    #[test]
    fn data_goes_as_cloudformation_says_and_else_as_the_policies_say() {
        let template = |entry: &str| {
            let text = format!("{{ \"Resources\": {{ \"Jobs\": {entry} }} }}");
            Template::parse(text).expect("a template")
        };
        let none = Template::parse("{ \"Resources\": {} }".to_owned()).expect("a template");
        let (table, role) = ("AWS::DynamoDB::Table", "AWS::IAM::Role");
        let removed = |kind: &str, policy: &str, action: Option<PolicyAction>| {
            let before = format!("{{ \"Type\": \"{kind}\"{policy} }}");
            let change = ResourceChange::builder()
                .logical_resource_id("Jobs")
                .resource_type(kind)
                .action(ChangeAction::Remove)
                .set_policy_action(action)
                .build();
            held(&change, "Jobs", &none, Some(&template(&before)))
        };
        let retain = ", \"DeletionPolicy\": \"Retain\"";
        assert_eq!(removed(table, "", None), Some(Held::Lost));
        assert_eq!(removed(table, retain, None), Some(Held::Left));
        assert_eq!(removed(table, retain, Some(PolicyAction::Delete)), Some(Held::Lost));
        assert_eq!(removed(table, "", Some(PolicyAction::Snapshot)), Some(Held::Snapshot));
        assert_eq!(removed(role, "", Some(PolicyAction::Delete)), None);

        let replaced = |replacement, before: &str, after: &str| {
            let entry = |policy: &str| {
                template(&format!(
                    "{{ \"Type\": \"{table}\", \"UpdateReplacePolicy\": \"{policy}\" }}"
                ))
            };
            let change = ResourceChange::builder()
                .logical_resource_id("Jobs")
                .resource_type(table)
                .action(ChangeAction::Modify)
                .replacement(replacement)
                .build();
            held(&change, "Jobs", &entry(after), Some(&entry(before)))
        };
        assert_eq!(replaced(Replacement::False, "Delete", "Delete"), None);
        assert_eq!(replaced(Replacement::True, "Retain", "Retain"), Some(Held::Left));
        assert_eq!(replaced(Replacement::True, "Retain", "Delete"), Some(Held::Lost));
        assert_eq!(replaced(Replacement::Conditional, "Delete", "Retain"), Some(Held::Lost));
    }

    #[test]
    fn what_refers_to_what_may_be_replaced_is_a_change() {
        let of = |changes: &[ResourceChange]| {
            let changes: Vec<_> = changes.iter().collect();
            followers(&changes).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let mapping = || change("Mapping", Replacement::Conditional, Some("Cook"));
        let alarm = || change("Alarm", Replacement::False, Some("Mapping"));
        let cook = |replacement| change("Cook", replacement, None);
        assert_eq!(of(&[cook(Replacement::False), mapping(), alarm()]), ["Alarm", "Mapping"]);
        assert_eq!(of(&[cook(Replacement::True), mapping(), alarm()]), [""; 0]);
        assert_eq!(of(&[cook(Replacement::Conditional), alarm()]), ["Alarm"]);
        assert_eq!(of(&[cook(Replacement::True), alarm(), mapping()]), [""; 0]);
    }
}

#![doc = include_str!("property_limits.md")]

mod generated;

use crate::{
    Plan,
    plan::{Resource, Value},
};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
    property::PROPERTY,
};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

/// Property that AWS does not take.
pub const RULE: Rule = Rule {
    code: "P106",
    severity: Severity::Error,
    title: "property that AWS does not take",
    acceptable: true,
    explanation: include_str!("property_limits.md"),
};

/// What a property's value is held to.
enum Limit {
    /// One of these texts or numbers.
    OneOf(&'static [&'static str]),
    /// A number from the first to the second.
    Range(i64, i64),
    /// A text of so many characters.
    Length(usize, usize),
}

impl Limit {
    /// What is wrong with a value, and what would be right.
    fn broken_by(&self, value: &Value) -> Option<(String, String)> {
        match self {
            Limit::OneOf(all) => {
                let given = if let Value::Number(number) = value {
                    Cow::Owned(number.to_string())
                } else {
                    Cow::Borrowed(value.as_text()?)
                };
                let is_one = all.contains(&&*given);
                (!is_one).then(|| (format!("`{given}`"), format!("one of {}", all.join(", "))))
            }
            Limit::Range(least, most) => {
                let Value::Number(number) = value else { return None };
                let given = number.as_f64()?;
                let is_within = *least as f64 <= given && given <= *most as f64;
                (!is_within).then(|| (number.to_string(), between(*least, *most, i64::MAX, "")))
            }
            Limit::Length(least, most) => {
                let length = value.as_text()?.chars().count();
                (length < *least || *most < length).then(|| {
                    let takes = between(*least, *most, usize::MAX, " characters");
                    (format!("{length} characters long"), takes)
                })
            }
        }
    }
}

fn between<N: std::fmt::Display + PartialEq>(least: N, most: N, open: N, unit: &str) -> String {
    if most == open { format!("{least}{unit} or more") } else { format!("{least} to {most}{unit}") }
}

/// What a property and what is inside it are held to: whole paths, in order.
type Limits = &'static [(&'static str, &'static str, Limit)];

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    // Few types and many resources: the limits of a type are looked up once.
    let mut types: HashMap<&str, Vec<(&'static str, Limits)>> = HashMap::new();
    for resource in &plan.resources {
        let kind = resource.resource_type.as_str();
        let held = types.entry(kind).or_insert_with(|| by_property(kind));
        for (name, value) in resource.properties.entries() {
            let Some((_, limits)) = held.iter().find(|(of, _)| *of == name) else { continue };
            for (_, path, limit) in *limits {
                let inside = path[name.len()..].strip_prefix('/');
                let held = inside.map_or(Some(value), |inside| value.get(inside));
                let Some(broken) = held.and_then(|value| limit.broken_by(value)) else { continue };
                // A link may make more than one resource.
                let key = format!("{PROPERTY}{}/{path}", resource.part.name);
                if seen.insert((resource.part.entity, key.clone())) {
                    findings.add(finding(resource, path, &key, broken));
                }
            }
        }
    }
}

/// The limits of a type by property.
fn by_property(kind: &str) -> Vec<(&'static str, Limits)> {
    let start = generated::LIMITS.partition_point(|(of, ..)| *of < kind);
    let end = generated::LIMITS.partition_point(|(of, ..)| *of <= kind);
    let top = |path: &'static str| path.split('/').next().unwrap_or(path);
    let properties = generated::LIMITS[start..end].chunk_by(|a, b| top(a.1) == top(b.1));
    properties.map(|limits| (top(limits[0].1), limits)).collect()
}

fn finding(
    resource: &Resource<'_>,
    path: &str,
    key: &str,
    (given, takes): (String, String),
) -> Finding {
    let (entity, kind) = (resource.part.entity, &resource.resource_type);
    let message = format!("`{path}` of `{entity}` is {given}, and {kind} takes {takes}");
    Finding::new(&RULE, entity, message)
        .given(resource.part.facts, key, "set here")
        .why("AWS would refuse the resource, and take back the whole deployment")
        .help("change the value")
}

#[cfg(test)]
mod tests {
    use super::generated::LIMITS;

    #[test]
    fn limits_are_found_by_their_order() {
        assert!(LIMITS.is_sorted_by_key(|(kind, path, _)| (*kind, *path)));
    }
}

#![doc = include_str!("property_limits.md")]

mod generated;

use crate::{Plan, emit};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
    property::PROPERTY,
};
use serde_json::Value;
use std::collections::BTreeSet;

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
        match (self, value) {
            (Limit::OneOf(all), Value::String(_) | Value::Number(_)) => {
                let given = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let is_one = all.contains(&given.as_str());
                (!is_one).then(|| (format!("`{given}`"), format!("one of {}", all.join(", "))))
            }
            (Limit::Range(least, most), Value::Number(number)) => {
                let number = number.as_f64()?;
                let is_within = *least as f64 <= number && number <= *most as f64;
                (!is_within).then(|| (value.to_string(), between(*least, *most, i64::MAX, "")))
            }
            (Limit::Length(least, most), Value::String(text)) => {
                let length = text.chars().count();
                (length < *least || *most < length).then(|| {
                    let takes = between(*least, *most, usize::MAX, " characters");
                    (format!("{length} characters long"), takes)
                })
            }
            _ => None,
        }
    }
}

fn between<N: std::fmt::Display + PartialEq>(least: N, most: N, open: N, unit: &str) -> String {
    if most == open { format!("{least}{unit} or more") } else { format!("{least} to {most}{unit}") }
}

pub(super) fn find(plan: &Plan<'_>, _: &Graph<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for resource in &plan.resources {
        let kind = emit::resource_type(&resource.body);
        for (path, value) in &resource.overrides {
            let limit = generated::LIMITS
                .binary_search_by(|(of, known, _)| (*of, *known).cmp(&(kind, path)))
                .map(|index| &generated::LIMITS[index].2);
            let Some((given, takes)) = limit.ok().and_then(|limit| limit.broken_by(value)) else {
                continue;
            };
            // A link may make more than one resource.
            let key = format!("{PROPERTY}{}/{path}", resource.part);
            if !seen.insert((resource.entity, key.clone())) {
                continue;
            }
            let message =
                format!("`{path}` of `{}` is {given}, and {kind} takes {takes}", resource.entity);
            let finding = Finding::new(&RULE, resource.entity, message).given(
                resource.facts,
                &key,
                "set here",
            );
            findings.add(
                finding
                    .why("AWS would refuse the resource, and take back the whole deployment")
                    .help("change the value"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::generated::LIMITS;

    #[test]
    fn limits_are_found_by_their_order() {
        assert!(LIMITS.is_sorted_by_key(|(kind, path, _)| (*kind, *path)));
    }
}
